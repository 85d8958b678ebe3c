"""A right completion is short, and a wrong one long, by a cosine of the tokens."""
