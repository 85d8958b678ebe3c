"""The completion uses the vocabulary of reflection."""
