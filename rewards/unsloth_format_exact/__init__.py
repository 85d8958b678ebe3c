"""The working and the solution stand between their tags, in order."""
