"""Each of the four tags stands on a line of its own exactly once."""
