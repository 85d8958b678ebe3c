"""Each tag of the working and of the solution occurs exactly once."""
