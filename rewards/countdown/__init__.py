"""The completion combines the given numbers into the target."""
