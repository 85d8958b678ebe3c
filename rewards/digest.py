"""What proves which scorer produced a number: a digest of what a version does and one of what it is made of.

The behaviour digest is over a version's outcomes on the fixed probe corpus of the tests. It never changes
after the release. The build digest is over the version's source, the sources it imports, its needs and the
third-party packages in use. `versions.lock` ties the two together: with the locked build installed, the
locked behaviour is proven, with any other it is not.
"""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, distribution, packages_distributions
from importlib.util import find_spec, resolve_name
from pathlib import Path

from rewards.declare import Reward
from rewards.types import Failure, Outcome

LOCK_PATH = Path(__file__).with_name("versions.lock")
"""The lock that is installed with this package."""

_HEADER = """\
# The released reward versions: id, behaviour digest, build digest. Written by `python tests/relock.py`.
# A line here is a promise: this version returns what it returned on the day of its release.
"""

_OWN = __name__.partition(".")[0]
# The vocabulary that every version shares changes with the service, not with a version.
_VOCABULARY = frozenset(f"{_OWN}.{name}" for name in ("types", "declare", "errors"))
_SHARED_PACKAGE = "pydantic"
_REQUIREMENT = re.compile(r"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)[^;]*(?:;(?P<marker>.*))?")


@dataclass(frozen=True, slots=True)
class Digests:
    """What a client can pin."""

    behaviour: str | None
    """Digest of the outcomes on the probe corpus; None where the installed build has not been proven."""
    build: str
    """Digest of the sources and the third-party versions that are installed."""


@dataclass(frozen=True)
class Lock:
    """The released versions and their digests, by reward id."""

    lines: Mapping[str, Digests]

    @classmethod
    def parse(cls, text: str) -> "Lock":
        """Return the lock that the text holds.

        Raises:
            ValueError: a line is not an id and two digests, or an id stands twice.
        """
        lines: dict[str, Digests] = {}
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip() or line.startswith("#"):
                continue
            fields = line.split()
            if len(fields) != 3 or fields[0] in lines:  # noqa: PLR2004 - id, behaviour, build
                raise ValueError(f"line {number} of the lock must be a new id, a behaviour and a build digest")
            lines[fields[0]] = Digests(behaviour=fields[1], build=fields[2])
        return cls(lines)

    @classmethod
    def read(cls, path: Path = LOCK_PATH) -> "Lock":
        """Return the lock in a file."""
        return cls.parse(path.read_text(encoding="utf-8"))

    def format(self) -> str:
        """Return the text that `parse` reads, in the order of the ids."""
        rows = sorted(self.lines.items())
        return _HEADER + "".join(f"{reward_id} {line.behaviour} {line.build}\n" for reward_id, line in rows)


def digests(registry: Mapping[str, Reward], lock: Lock | None = None) -> dict[str, Digests]:
    """Return every reward's digests: the build as installed, and the behaviour that the lock proves for it.

    Args:
        registry: The rewards, with all that they need.
        lock: The released versions; the installed lock unless given.
    """
    lines = (lock or Lock.read()).lines
    found = {}
    for reward_id, reward in registry.items():
        build = build_digest(reward, registry)
        line = lines.get(reward_id)
        found[reward_id] = Digests(line.behaviour if line and line.build == build else None, build)
    return found


def behaviour_digest(rows: Iterable[tuple[str, Outcome]], asked: Iterable[Sequence[str]] = ()) -> str:
    """Return the digest of outcomes by probe id, in any order. What is written for people is left out.

    Args:
        rows: What came out.
        asked: What a judge was asked on the way: the probe's id, and the texts of a question.
    """
    facts = [[probe, *_facts(outcome)] for probe, outcome in rows]
    return _sha256("\n".join(sorted(map(_canonical, [*facts, *asked]))))


def build_digest(reward: Reward, registry: Mapping[str, Reward]) -> str:
    """Return the digest of what this version is made of, as it is installed here."""
    sources, imports = _closure(reward.module)
    parts = {
        "sources": {name: _sha256(source) for name, source in sources.items()},
        "packages": {name: distribution(name).version for name in _packages(imports)},
        "needs": {need: build_digest(registry[need], registry) for need in reward.needs},
    }
    return _sha256(_canonical(parts))


def _facts(outcome: Outcome) -> tuple[object, ...]:
    if isinstance(outcome, Failure):
        return ("failed", outcome.kind.value)
    return ("scored", repr(outcome.value), outcome.reason, dict(outcome.details))


def _canonical(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _sha256(text: str) -> str:
    return f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def _closure(module: str) -> tuple[dict[str, str], set[str]]:
    """Return the sources of a module and of all own modules it leads to, and what else they import."""
    roots = {_OWN, module.partition(".")[0]}
    sources: dict[str, str] = {}
    imports: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        path = _source_path(name)
        if path is None or name in sources or name in _VOCABULARY:
            continue
        sources[name] = path.read_text(encoding="utf-8")
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        for imported in _imported_names(sources[name], package):
            root = imported.partition(".")[0]
            if root in roots:
                waiting.append(imported)
            elif root not in sys.stdlib_module_names:
                imports.add(root)
    return sources, imports


@lru_cache(maxsize=1024)
def _imported_names(source: str, package: str) -> tuple[str, ...]:
    """Return the full name of every module that a source imports, and of what it imports from one."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package)
            found += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return tuple(found)


def _source_path(name: str) -> Path | None:
    """Return where a module's source lies, or None for what is no module, such as a function's full name."""
    try:
        spec = find_spec(name)
    except ModuleNotFoundError:
        return None
    return Path(spec.origin) if spec and spec.origin else None


def _packages(imports: Iterable[str]) -> list[str]:
    """Return the distributions behind the imported names and all that they require."""
    shared = _requirements(_SHARED_PACKAGE)
    needed: set[str] = set()
    for name in imports:
        needed |= _requirements(_distribution_name(name))
    return sorted(needed - shared)


@lru_cache
def _distribution_name(module: str) -> str:
    """Return the name of the distribution that provides a top-level module."""
    try:
        return _normalised(distribution(module).name)
    except PackageNotFoundError:
        return _normalised(packages_distributions()[module][0])


@lru_cache
def _requirements(name: str) -> frozenset[str]:
    """Return a distribution and the installed ones it requires, without extras, over any number of steps."""
    found = {name}
    waiting = [name]
    while waiting:
        for requirement in distribution(waiting.pop()).requires or ():
            match = _REQUIREMENT.match(requirement)
            if match is None or "extra" in (match["marker"] or ""):
                continue
            required = _normalised(match["name"])
            if required not in found and _is_installed(required):
                found.add(required)
                waiting.append(required)
    return frozenset(found)


def _is_installed(name: str) -> bool:
    try:
        distribution(name)
    except PackageNotFoundError:
        return False
    return True


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
