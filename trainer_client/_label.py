"""What a request says of itself beside its samples: whose run it belongs to, and which attempts are one request."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass

MAX_RUN_CHARS = 200
_PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def checked_run(run: str | None) -> str | None:
    """The name of a run, if it can stand in a header."""
    if run is not None and (len(run) > MAX_RUN_CHARS or not _PRINTABLE.fullmatch(run)):
        raise ValueError(f"The run {run!r} must be 1 to {MAX_RUN_CHARS} printable characters of ASCII.")
    return run


@dataclass(frozen=True, slots=True)
class Label:
    """What the requests of one call have in common."""

    run: str | None = None
    """The training run."""

    step: int | None = None
    """The step of that run."""

    def headers(self) -> Mapping[str, str]:
        """The headers of one more request, to be sent with each of its attempts.

        The service records what has the same key once, and pays a judge for it once, however often it is sent.
        """
        fields = {"Idempotency-Key": uuid.uuid4().hex}
        if self.run is not None:
            fields["X-Run-ID"] = self.run
            if self.step is not None and self.step >= 0:
                fields["X-Run-Step"] = str(self.step)
        return fields
