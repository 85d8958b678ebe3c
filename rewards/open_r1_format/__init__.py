"""The completion is laid out line by line as open-r1 prescribes."""
