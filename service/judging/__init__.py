"""How the service asks a language model for verdicts, and what keeps that from hurting anybody."""
