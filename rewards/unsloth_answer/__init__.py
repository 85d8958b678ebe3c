"""The text between the solution tags is the expected answer."""
