"""The completion is a think block and an answer block, and ends there."""
