"""The completion chooses the right option."""
