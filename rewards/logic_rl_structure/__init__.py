"""The four tags occur exactly once each, in their order."""
