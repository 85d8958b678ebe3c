"""A reward for tests of the pool."""
