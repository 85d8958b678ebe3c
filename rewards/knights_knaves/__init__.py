"""The completion tells who is a knight and who is a knave."""
