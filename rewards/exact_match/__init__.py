"""The answer in `<answer>` tags equals the reference, but for case, punctuation and articles."""
