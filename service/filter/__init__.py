"""Keeps the rows of a data set that rewards find good enough, and says of each why."""
