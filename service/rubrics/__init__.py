"""Rubrics: named, versioned sets of rewards that come to one number, for trainers that take no more."""
