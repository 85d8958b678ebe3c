"""Rewards that behave, and rewards that do not, for tests of the pool and of the service."""
