"""The completion's answer is mathematically equal to the reference."""
