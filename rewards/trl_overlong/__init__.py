"""The completion stays below the length at which it would be cut."""
