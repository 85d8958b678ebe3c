"""A judge likes the completion."""
