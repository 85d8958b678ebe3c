"""A right completion is short beside the others of its group."""
