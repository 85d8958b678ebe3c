"""The completion starts with a reasoning block and an answer block."""
