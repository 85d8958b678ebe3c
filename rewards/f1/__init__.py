"""The words of the completion are those of the reference."""
