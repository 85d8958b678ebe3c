"""The completion does not repeat its token ids."""
