"""The reasoning is valid, coherent, and about the question."""
