"""The completion's answer is the reference's integer between 0 and 999."""
