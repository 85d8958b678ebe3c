"""Times and lengths of time, as people write and read them on a command line. All of them are UTC."""

import re
import time
from datetime import UTC, datetime

from service.cli._failure import fail

_UNITS_S = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def duration_s(option: str, given: str) -> float:
    """Return the seconds that an option's value says; end the command where it says none."""
    found = re.fullmatch(r"([0-9]{1,6})([smhdw])", given.strip())
    if found is None:
        fail(f"{option} {given!r}: write a number and a unit, such as 45m, 24h, 90d or 2w", code=2)
    return float(int(found[1]) * _UNITS_S[found[2]])


def moment(option: str, given: str, now: float) -> float:
    """Return the time that an option's value says, in seconds since the epoch; end the command where it is past."""
    if re.fullmatch(r"[0-9]+[a-z]", given.strip()):
        then = now + duration_s(option, given)
    else:
        try:
            read = datetime.fromisoformat(given.strip())
        except ValueError:
            fail(f"{option} {given!r}: write a length of time such as 90d, or a date such as 2027-01-31", code=2)
        then = (read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp()
    if then <= now:
        fail(f"{option} {given}: that is not in the future", code=2)
    return then


def shown(moment_s: float | None) -> str:
    """Return a time as it stands in a table."""
    return "never" if moment_s is None else time.strftime("%Y-%m-%d %H:%M", time.gmtime(moment_s))
