"""What each route asks of a key. What is not listed here is for administrators, whatever it is.

The routes themselves come to light only once the body is read, so what they ask for stands here, by their paths. A test
holds every route of the OpenAPI document against this list.
"""

import re
from collections.abc import Iterable

from service.call import Role

Roles = frozenset[Role]

ANY: Roles = frozenset(Role)
SCORE: Roles = frozenset({Role.SCORE, Role.ADMIN})
READ: Roles = frozenset({Role.READ, Role.ADMIN})
ADMIN: Roles = frozenset({Role.ADMIN})

RULES: tuple[tuple[str, str, Roles], ...] = (
    ("GET", "/v1/rewards", ANY),
    ("GET", "/v1/rewards/{id}", ANY),
    ("POST", "/v1/rewards/{id}/score", SCORE),
    ("POST", "/v1/score", SCORE),
    ("GET", "/v1/rubrics", ANY),
    ("GET", "/v1/rubrics/{id}", ANY),
    ("PUT", "/v1/rubrics/{id}", ADMIN),
    ("POST", "/v1/rubrics/{id}/score", SCORE),
    ("GET", "/v1/judge", ANY),
    ("GET", "/v1/runs{more}", READ),
    ("PUT", "/v1/runs/{id}", ADMIN),
    ("DELETE", "/v1/runs{more}", ADMIN),
    ("POST", "/compat/openrlhf/{id}", SCORE),
    ("POST", "/compat/openrlhf/{id}/get_reward", SCORE),
    ("POST", "/compat/slime/{id}", SCORE),
    ("POST", "/compat/verl/{id}", SCORE),
    ("POST", "/compat/nemo_gym/{id}/verify", SCORE),
    ("POST", "/compat/nemo_gym/{id}/seed_session", SCORE),
    ("POST", "/compat/nemo_gym/{id}/close_session", SCORE),
    ("POST", "/compat/nemo_gym/{id}/aggregate_metrics", SCORE),
    ("GET", "/compat/nemo_gym/{id}/reverify_mode", SCORE),
    ("POST", "/compat/sandbox_fusion/{id}/run_code", SCORE),
    ("GET", "/metrics", ADMIN),
)
"""Method, path and who may: `{id}` stands for one step of a path, `{more}` for any number of them."""

OPEN_PATHS = ("/healthz", "/health", "/readyz", "/docs", "/openapi.json", "/static-offline-docs")
"""What needs no key: health, and the documentation with all below it."""

_STEPS = {"{id}": "[^/]+", "{more}": "(?:/.*)?"}


def is_open(path: str) -> bool:
    """Return whether a path needs no key."""
    return path.startswith(OPEN_PATHS) and any(path == each or path.startswith(f"{each}/") for each in OPEN_PATHS)


def listed(method: str, path: str) -> Roles | None:
    """Return who may ask for a path; None where it is not listed, and so is nobody's but an administrator's."""
    found = _WHOLE.fullmatch(f"{method} {path}")
    return None if found is None or found.lastgroup is None else RULES[int(found.lastgroup[1:])][2]


def _pattern(rules: Iterable[tuple[str, str, Roles]]) -> re.Pattern[str]:
    """Return one pattern for all rules, whose groups bear their numbers: one match costs a microsecond."""
    each = (f"(?P<r{number}>{_path(f'{method} {path}')})" for number, (method, path, _) in enumerate(rules))
    return re.compile("|".join(each), re.DOTALL)


def _path(path: str) -> str:
    return "".join(_STEPS.get(part) or re.escape(part) for part in re.split(r"(\{\w+\})", path))


_WHOLE = _pattern(RULES)
