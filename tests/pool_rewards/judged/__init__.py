"""A reward for tests of the judge."""
