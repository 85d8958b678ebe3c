"""Everything that scoring again raises on purpose.

```
RescoringError          what is asked for cannot be done; the message says what to change
└── RecordError         the record does not have what is asked of it; the message says what it has
UnreadableRecordError   the record could be read, and cannot any more
```
"""


class RescoringError(ValueError):
    """What is asked for cannot be done; the message says what to change."""


class RecordError(RescoringError):
    """The record does not have what is asked of it; the message says what it has."""


class UnreadableRecordError(Exception):
    """The record could be read, and cannot any more; the message says why."""
