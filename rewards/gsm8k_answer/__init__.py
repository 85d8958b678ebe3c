"""The number after `####` is the reference's, letter for letter."""
