"""What can be known about a data set and its rewards before a run: read, mapped, scored honestly, compared."""
