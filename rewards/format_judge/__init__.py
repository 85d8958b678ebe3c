"""The completion keeps to a form that is described in words."""
