"""What is scored: versioned reward functions, declared once and free of HTTP.

Start at `rewards.types` for the vocabulary, `rewards.declare` for how a version is written,
and any `rewards/<family>/v<N>.py` for one.
"""
