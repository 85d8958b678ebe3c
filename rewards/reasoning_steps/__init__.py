"""The completion is written in at least three steps."""
