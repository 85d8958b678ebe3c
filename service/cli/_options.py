"""Options of the form NAME=VALUE, as several commands have them."""

import json
from typing import Any

from service.cli._failure import fail


def pairs(option: str, given: list[str] | None, wanted: str) -> dict[str, str]:
    """Return the pairs of a repeatable option; end the command where one is none."""
    found = {}
    for one in given or []:
        name, equals, value = one.partition("=")
        if not (name and equals and value):
            fail(f"{option} {one}: write {wanted}", code=2)
        found[name] = value
    return found


def params_of(given: list[str] | None) -> dict[str, dict[str, Any]]:
    """Return each reward's params, by id; end the command where they are no JSON object."""
    found = {}
    for reward, text in pairs("--params", given, "ID=JSON").items():
        try:
            value = json.loads(text)
        except ValueError as error:
            fail(f"--params {reward}: not JSON: {error}", code=2)
        if not isinstance(value, dict):
            fail(f"--params {reward}: write an object, such as {{}}", code=2)
        found[reward] = value
    return found
