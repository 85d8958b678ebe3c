"""The completion has all fields, starts with the first and ends with the last."""
