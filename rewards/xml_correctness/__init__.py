"""The answer in `<answer>` tags equals the reference, letter for letter."""
