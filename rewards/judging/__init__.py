"""What judged rewards share: how a prompt is written, what a verdict is, and how evidence is checked."""
