"""What dishonest completions earn from a reward, next to honest ones."""
