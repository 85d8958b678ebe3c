"""The completion is a think block followed by an action and its input."""
