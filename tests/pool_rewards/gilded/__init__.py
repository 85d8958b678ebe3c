"""A reward that reads its references apart."""
