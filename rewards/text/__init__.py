"""Frozen text helpers: once a released version uses one it is never edited; new behaviour is a new function."""
