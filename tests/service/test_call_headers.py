"""What a request says of itself in its headers."""

import pytest
from starlette.datastructures import Headers

from service.call import Call, Caller, Role
from service.call_headers import described
from service.errors import ProblemError

CALLER = Caller("maths", Role.SCORE)


def call_of(**headers: str) -> Call:
    """Return the call of a request with these headers."""
    return described(Call("id"), CALLER, Headers({name.replace("_", "-"): value for name, value in headers.items()}))


def test_a_request_need_not_say_anything() -> None:
    """It is its caller's in any case."""
    assert Call("id", CALLER) == call_of()


def test_a_request_says_its_run() -> None:
    """The step of that, and what its repetitions have in common."""
    found = call_of(X_Run_ID="grpo / 7b, seed 3", X_Run_Step="0120", Idempotency_Key="k" * 255)
    assert ("grpo / 7b, seed 3", 120, "k" * 255) == (found.run, found.step, found.idempotency_key)


def test_what_was_noted_before_is_kept() -> None:
    """The notes are the same ones."""
    before = Call("id")
    assert before.notes is described(before, CALLER, Headers({})).notes


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-Run-ID", ""),
        ("X-Run-ID", "r" * 201),
        ("X-Run-ID", " r"),
        ("X-Run-ID", "a\tb"),
        ("X-Run-ID", "Lauf \xe4"),
        ("X-Run-Step", ""),
        ("X-Run-Step", "-1"),
        ("X-Run-Step", "1.5"),
        ("X-Run-Step", "\xb2"),
        ("X-Run-Step", str(2**31)),
        ("X-Run-Step", "9" * 5000),
        ("Idempotency-Key", "k" * 256),
        ("Idempotency-Key", ""),
    ],
)
def test_what_a_header_cannot_say_is_a_problem(name: str, value: str) -> None:
    """It names the header and not its value."""
    with pytest.raises(ProblemError) as error:
        call_of(**{name: value})
    assert (422, f"header.{name}") == (error.value.status, error.value.errors[0].path)
