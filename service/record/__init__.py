"""The record: which scorer, in which version, gave which number for which input, durable before it is answered."""
