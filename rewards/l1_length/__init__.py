"""The completion is as long as it was asked to be."""
