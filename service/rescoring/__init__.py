"""Scores again what was scored before, with another version of a reward, and says what differs."""
