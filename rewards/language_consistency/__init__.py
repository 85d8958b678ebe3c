"""The completion stays in one language."""
