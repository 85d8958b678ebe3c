"""The answer means the same as the reference, by mathematics first and then by a judge."""
