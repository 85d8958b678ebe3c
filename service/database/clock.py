"""The database's own time, in the words of each: replicas agree on it, whatever their clocks say."""

NOW = {
    "sqlite": "(julianday('now') - 2440587.5) * 86400.0",
    "postgresql": "extract(epoch from clock_timestamp())::float8",
}
"""Seconds since the epoch."""
TODAY = {
    "sqlite": "date('now')",
    "postgresql": "to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD')",
}
"""The day in UTC, as in 2026-01-31."""
