"""The completion is reasoning and an answer behind their labels."""
