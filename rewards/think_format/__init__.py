"""The completion starts with a `<think>` block followed by an `<answer>` block."""
