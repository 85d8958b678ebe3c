"""The completion starts with its only `<think>`, and closes it."""
