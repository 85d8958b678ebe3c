"""The behaviours of reasoning that the completion shows."""
