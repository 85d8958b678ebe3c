"""A language model of this machine behind the chat-completions wire: `touchstone judge-server`."""
