"""The completion's answer is the one that most completions of its group give."""
