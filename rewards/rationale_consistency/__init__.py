"""The answer stated is the answer that the reasoning derives last."""
