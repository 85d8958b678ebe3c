"""Each of the four tags stands on its own line exactly once, and nothing follows."""
