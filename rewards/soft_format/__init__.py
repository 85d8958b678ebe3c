"""A think block is closed and an answer block follows."""
