"""A package whose only reward cannot be imported."""
