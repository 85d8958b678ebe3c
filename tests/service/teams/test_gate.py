"""The gate: who is let in, and to what."""

from base64 import b64encode

import pytest
from pydantic import SecretStr
from starlette.datastructures import Headers

from service.call import Caller, Role
from service.errors import ProblemError
from service.settings import Settings
from service.teams.errors import UnsafeBindError
from service.teams.gate import Gate, check_bind
from service.teams.key_store import Grant, Roll
from service.teams.keyring import Keyring, NoKeys
from service.teams.secret import digest_of

OPERATOR = SecretStr("open sesame")
KEYS = {role: f"ts_maths-{number}_{number:064}" for number, role in enumerate(Role, 1)}
OPEN_HOST = "0.0.0.0"  # noqa: S104 - nobody binds it


def keyring(*grants: Grant) -> Keyring:
    """Return a keyring that holds these."""
    made = Keyring(lambda: Roll(grants, has_keys=True))
    made.refresh()
    return made


MATHS = keyring(*(Grant(digest_of(key), Caller("maths", role), None) for role, key in KEYS.items()))


def bearer(key: str) -> Headers:
    """Return the headers that carry a key."""
    return Headers({"Authorization": f"Bearer {key}"})


def refusal(gate: Gate, method: str, path: str, headers: Headers) -> ProblemError:
    """Return how a request is refused."""
    with pytest.raises(ProblemError) as error:
        gate.caller(method, path, headers)
    return error.value


def test_loopback_without_any_key_is_everybody_s() -> None:
    """Who comes is the local team's administrator."""
    gate = Gate(NoKeys(), None, "127.0.0.1")
    assert Caller("local", Role.ADMIN) == gate.caller("POST", "/v1/score", Headers({}))


def test_any_other_address_never_is() -> None:
    """Not even if the keys vanish while it runs."""
    assert 401 == refusal(Gate(NoKeys(), None, OPEN_HOST), "POST", "/v1/score", Headers({})).status


@pytest.mark.parametrize("gate", [Gate(MATHS, None, "127.0.0.1"), Gate(keyring(), None, "127.0.0.1")])
def test_loopback_with_keys_wants_one(gate: Gate) -> None:
    """Also where the last one is revoked."""
    for headers in (Headers({}), bearer("wrong"), bearer(""), bearer(OPERATOR.get_secret_value())):
        assert 401 == refusal(gate, "GET", "/v1/rewards", headers).status
    assert Caller() == gate.caller("GET", "/healthz", Headers({}))


def test_a_key_says_whose_it_is() -> None:
    """As a bearer or a password; who they say they are beside it does not matter."""
    gate = Gate(MATHS, OPERATOR, OPEN_HOST)
    for user in ("maths", "physics", ""):
        basic = b64encode(f"{user}:{KEYS[Role.SCORE]}".encode()).decode()
        headers = Headers({"Authorization": f"Basic {basic}"})
        assert Caller("maths", Role.SCORE) == gate.caller("POST", "/v1/score", headers)
    assert Caller("local", Role.ADMIN) == gate.caller("GET", "/metrics", bearer("open sesame"))


def test_one_answer_for_every_key_that_opens_nothing() -> None:
    """Unknown, expired, never there: nobody learns which."""
    over = keyring(Grant(digest_of(KEYS[Role.ADMIN]), Caller("maths", Role.ADMIN), 1.0))
    refusals = [
        refusal(Gate(over, OPERATOR, OPEN_HOST), "GET", "/metrics", headers)
        for headers in (Headers({}), bearer("unknown"), bearer(KEYS[Role.ADMIN]))
    ]
    assert 1 == len({(each.status, each.slug, each.detail, str(each.headers)) for each in refusals})


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        (Role.SCORE, "GET", "/metrics"),
        (Role.SCORE, "PUT", "/v1/rubrics/maths@v1"),
        (Role.SCORE, "GET", "/v1/runs"),
        (Role.READ, "POST", "/v1/score"),
        (Role.READ, "POST", "/compat/verl/math_equal@v2"),
        (Role.READ, "DELETE", "/v1/runs/1"),
    ],
)
def test_a_role_has_its_routes(role: Role, method: str, path: str) -> None:
    """What it lacks is said; an administrator may."""
    gate = Gate(MATHS, None, OPEN_HOST)
    found = refusal(gate, method, path, bearer(KEYS[role]))
    assert (403, "forbidden") == (found.status, found.slug)
    assert f"this one has {role}" in found.detail
    assert Role.ADMIN is gate.caller(method, path, bearer(KEYS[Role.ADMIN])).role


@pytest.mark.parametrize("role", [Role.SCORE, Role.READ])
def test_a_path_that_is_nothing_is_no_matter_of_rights(role: Role) -> None:
    """Whoever mistypes one does not go and ask for another key; nor does what nobody has listed open to them."""
    found = refusal(Gate(MATHS, None, OPEN_HOST), "GET", "/v1/unheard-of", bearer(KEYS[role]))
    assert (404, "not-found") == (found.status, found.slug)


def test_keys_that_are_out_of_date_are_nobody_s_fault() -> None:
    """The client is told to come back, and the operator's own key opens all the same."""
    now = [0.0]
    stale = Keyring(lambda: Roll(has_keys=True), grace_s=1, monotonic=lambda: now[0])
    now[0] = 2.0
    gate = Gate(stale, OPERATOR, OPEN_HOST)
    found = refusal(gate, "POST", "/v1/score", bearer("any"))
    assert (503, "unavailable") == (found.status, found.slug)
    assert int(found.headers["Retry-After"]) > 0
    assert Caller() == gate.caller("POST", "/v1/score", bearer("open sesame"))


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_key(host: str) -> None:
    """Only this machine can call it."""
    check_bind(Settings(host=host), NoKeys())


@pytest.mark.parametrize("host", [OPEN_HOST, "::", "192.168.0.7", "example.org", ""])
def test_any_other_address_needs_one(host: str) -> None:
    """The operator's, or one of a team that works. The message says what to do."""
    for keys in (NoKeys(), keyring(), keyring(Grant(b"", Caller("maths", Role.SCORE), 1.0))):
        with pytest.raises(UnsafeBindError, match="set TOUCHSTONE_API_KEY, make a key with `touchstone keys create"):
            check_bind(Settings(host=host), keys)
    check_bind(Settings(host=host), MATHS)
    check_bind(Settings(host=host, api_key=OPERATOR), NoKeys())
