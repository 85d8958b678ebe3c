"""Digests change with what a version does and is made of, and with nothing else."""

import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.declare import Reward
from rewards.digest import Digests, Lock, _closure, _packages, behaviour_digest, build_digest, digests
from rewards.registry import Registry, discover
from rewards.types import Failure, FailureKind, Outcome, Score
from tests.rewards.scoring import registry

VERSION = """
    from rewards.declare import reward
    from rewards.types import NoParams, NoReference, Sample, Score
    {imports}

    @reward(range=(0, 1){needs})
    def score(sample: Sample[NoReference], params: NoParams{parameter}) -> Score:
        '''A claim.'''
        return Score(1.0, "ok", "Fine.")
"""
ROWS: list[tuple[str, Outcome]] = [
    ("1", Score(0.1, "equal", "Prose.", {"n": 1, "text": "72"})),
    ("2", Failure(FailureKind.BAD_REFERENCE, "Prose.")),
]
Package = Callable[[dict[str, str]], Registry]


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Package:
    """Return what writes modules into a package of its own and finds its rewards."""
    monkeypatch.syspath_prepend(str(tmp_path))
    name = f"probe_{tmp_path.name}"

    def write(modules: dict[str, str]) -> Registry:
        for path, source in modules.items():
            file = tmp_path / name / path
            file.parent.mkdir(parents=True, exist_ok=True)
            for folder in (file.parent, tmp_path / name):
                (folder / "__init__.py").touch()
            file.write_text(source.replace("PACKAGE", name), encoding="utf-8")
        return discover(name)

    return write


def version(imports: str = "", needs: str = "") -> str:
    """Return the source of a version module."""
    if needs:
        imports += "\nfrom rewards.types import Needs"
        parameter = ", needs: Needs"
        needs = f", needs=({needs!r},)"
    else:
        parameter = ""
    source = textwrap.dedent(VERSION)
    return source.format(imports=imports, needs=needs, parameter=parameter)


def packages_of(module: str) -> list[str]:
    """Return the distributions that a module's digest names."""
    return _packages(_closure(module)[1])


def build(found: Registry, reward_id: str) -> str:
    """Return the build digest of a reward."""
    return build_digest(found[reward_id], found)


def test_build_follows_what_a_version_imports(package: Package) -> None:
    """A helper's edit changes the digest of those who lead to it, and of nobody else."""
    modules = {
        "text/inner.py": "x = 1",
        "text/outer.py": "from .inner import x",
        "first/v1.py": version("from PACKAGE.text.outer import x"),
        "second/v1.py": version(),
    }
    found = package(modules)
    before = {reward_id: build(found, reward_id) for reward_id in found}
    package({"text/inner.py": "x = 2"})
    assert build(found, "first@v1") != before["first@v1"]
    assert build(found, "second@v1") == before["second@v1"]


def test_build_follows_a_version_and_what_it_needs(package: Package) -> None:
    """A score built on another's verdict is made of that one as well."""
    found = package({"base/v1.py": version(), "top/v1.py": version(needs="base@v1")})
    before = {reward_id: build(found, reward_id) for reward_id in found}
    package({"base/v1.py": version() + "\n# edited\n"})
    assert build(found, "base@v1") != before["base@v1"]
    assert build(found, "top@v1") != before["top@v1"]


@pytest.mark.parametrize("imports", ["import pydantic", "import json", "import rewards.errors", "import rewards.types"])
def test_build_leaves_out_what_all_versions_share(package: Package, imports: str) -> None:
    """The standard library, pydantic and the vocabulary count only as the line that names them."""
    found = package({"one/v1.py": version(imports)})
    assert packages_of(found["one@v1"].module) == []


def test_build_knows_third_party_versions(package: Package) -> None:
    """A package counts with all that it requires."""
    found = package({"one/v1.py": version("import math_verify")})
    expected = ["antlr4-python3-runtime", "latex2sympy2-extended", "math-verify", "mpmath", "sympy"]
    assert packages_of(found["one@v1"].module) == expected


def test_behaviour_is_blind_to_prose_and_order() -> None:
    """What people read may be reworded."""
    reworded: list[tuple[str, Outcome]] = [
        ("2", Failure(FailureKind.BAD_REFERENCE, "Other.")),
        ("1", Score(0.1, "equal", "Other.", {"text": "72", "n": 1})),
    ]
    assert behaviour_digest(ROWS) == behaviour_digest(reworded)


@pytest.mark.parametrize(
    "changed",
    [
        Score(0.1 + 2**-56, "equal", "Prose.", {"n": 1, "text": "72"}),
        Score(0.1, "other", "Prose.", {"n": 1, "text": "72"}),
        Score(0.1, "equal", "Prose.", {"n": 1.0, "text": "72"}),
        Score(0.1, "equal", "Prose.", {"n": 1}),
        Failure(FailureKind.CRASH, "Prose."),
    ],
)
def test_behaviour_sees_every_fact(changed: Outcome) -> None:
    """One bit of a value, a reason, a detail or its type is a change."""
    assert behaviour_digest(ROWS) != behaviour_digest([("1", changed), ROWS[1]])


@settings(deadline=None)
@given(st.dictionaries(st.from_regex(r"[a-z]{1,9}@v[1-9]", fullmatch=True), st.tuples(st.from_regex("^[0-9a-f]{4}$"))))
def test_lock_reads_what_it_writes(lines: dict[str, tuple[str]]) -> None:
    """Nothing is lost on the way to the file and back."""
    lock = Lock({reward_id: Digests(f"sha256:{d.strip()}", "sha256:0") for reward_id, (d,) in lines.items()})
    assert Lock.parse(lock.format()) == lock


@pytest.mark.parametrize("text", ["a@v1 sha256:0", "a@v1 x y\na@v1 x y", "a@v1 x y z"])
def test_lock_refuses_what_is_no_lock(text: str) -> None:
    """A broken line is named by its number."""
    with pytest.raises(ValueError, match=r"line [12] of the lock"):
        Lock.parse(text)


def test_behaviour_is_proven_for_the_locked_build_alone() -> None:
    """With another build installed, or before the release, nobody knows."""
    found = registry()
    builds = {reward_id: build_digest(reward, found) for reward_id, reward in found.items()}
    first, second, *_ = builds
    lock = Lock({first: Digests("sha256:1", builds[first]), second: Digests("sha256:2", "sha256:other")})
    result = digests(found, lock)
    assert result[first] == Digests("sha256:1", builds[first])
    assert result[second] == Digests(None, builds[second])
    assert {reward_id: digest.build for reward_id, digest in result.items()} == builds


def test_every_released_version_is_declared() -> None:
    """A released version stays in the tree."""
    released: dict[str, Reward] = {reward_id: registry()[reward_id] for reward_id in Lock.read().lines}
    assert list(released) == [reward.id for reward in released.values()]
