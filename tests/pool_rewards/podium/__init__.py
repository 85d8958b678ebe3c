"""A group reward that reads its references apart and needs another reward."""
