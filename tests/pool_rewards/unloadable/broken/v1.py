"""A reward that cannot be imported."""

raise RuntimeError("SECRET: this version is broken")
