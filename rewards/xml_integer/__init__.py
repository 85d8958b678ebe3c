"""The answer in `<answer>` tags is written in digits."""
