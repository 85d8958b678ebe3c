"""The completion is laid out line by line as the GSM8K GRPO demo prescribes."""
