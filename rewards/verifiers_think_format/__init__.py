"""The completion starts with its only think block, and something follows it."""
