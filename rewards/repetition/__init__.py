"""The completion does not repeat itself."""
