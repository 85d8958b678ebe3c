"""The completion does not turn in circles of doubt."""
