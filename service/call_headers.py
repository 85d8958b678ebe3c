"""What a request says of itself in headers: its run, the run's step, and what its repetitions have in common."""

import re
from dataclasses import replace

from starlette.datastructures import Headers

from service.call import Call
from service.errors import ProblemError

_RUN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@+=,~-]{0,127}")
_STEP = re.compile(r"[0-9]{1,10}")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")
_LAST_STEP = 2**31 - 1


def described(call: Call, headers: Headers) -> Call:
    """Return a call with what the headers of its request say.

    Raises:
        ProblemError: one of them says nothing that can be meant.
    """
    return replace(
        call,
        run=_run(headers.get("x-run-id")),
        step=_step(headers.get("x-run-step")),
        idempotency_key=_key(headers.get("idempotency-key")),
    )


def _run(given: str | None) -> str | None:
    if given is not None and not _RUN.fullmatch(given):
        raise _invalid(
            "X-Run-ID", "a name of at most 128 letters, digits and . _ : @ + = , ~ -, the first a letter or a digit"
        )
    return given


def _step(given: str | None) -> int | None:
    if given is None:
        return None
    if not _STEP.fullmatch(given) or int(given) > _LAST_STEP:
        raise _invalid("X-Run-Step", f"a number from 0 to {_LAST_STEP:,}")
    return int(given)


def _key(given: str | None) -> str | None:
    if given is not None and not _KEY.fullmatch(given):
        raise _invalid("Idempotency-Key", "1 to 255 visible ASCII characters")
    return given


def _invalid(header: str, wanted: str) -> ProblemError:
    return ProblemError("invalid-request", 422, f"{header}: send {wanted}.")
