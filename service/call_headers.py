"""What a request says of itself in its headers: its run, the step of that, and what its repetitions have in common."""

import re
from dataclasses import replace

from starlette.datastructures import Headers

from service import errors
from service.call import Call, Caller

MAX_RUN_CHARS = 200
MAX_KEY_CHARS = 255
MAX_STEP = 2**31 - 1
"""As much as the record holds."""
_STEP = re.compile("[0-9]{1,10}")
_PRINTABLE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def described(call: Call, caller: Caller, headers: Headers) -> Call:
    """Return a call with who asks and what its headers say.

    Raises:
        ProblemError: a header says what it cannot.
    """
    return replace(
        call,
        caller=caller,
        run=_text(headers, "X-Run-ID", MAX_RUN_CHARS),
        step=_step(headers),
        idempotency_key=_text(headers, "Idempotency-Key", MAX_KEY_CHARS),
    )


def _text(headers: Headers, name: str, most: int) -> str | None:
    given = headers.get(name)
    if given is None:
        return None
    if len(given) > most or not _PRINTABLE.fullmatch(given):
        raise _wrong(name, f"1 to {most} printable characters of ASCII.")
    return given


def _step(headers: Headers) -> int | None:
    given = headers.get("X-Run-Step")
    if given is None:
        return None
    if not _STEP.fullmatch(given) or int(given) > MAX_STEP:
        raise _wrong("X-Run-Step", f"a whole number from 0 to {MAX_STEP}.")
    return int(given)


def _wrong(name: str, wanted: str) -> errors.ProblemError:
    return errors.invalid([errors.place(("header", name), f"Its value has to be {wanted}")])
