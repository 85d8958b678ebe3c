"""Equations between numbers as a text writes them, computed exactly; for several versions, and no reward itself."""
