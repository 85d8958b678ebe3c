"""The answer is a number of a kind that is asked for."""
