"""The registry finds what a package declares, in order, and refuses what is incomplete."""

from dataclasses import replace
from pathlib import Path

import pytest

from rewards.registry import Registry, discover, version_modules
from tests.rewards.scoring import registry


def test_every_version_of_the_tree_is_found() -> None:
    """One reward for each `<family>/v<N>.py`, sorted, under its own id."""
    root = Path(__file__).parents[2] / "rewards"
    files = sorted(f"{path.parent.name}@{path.stem}" for path in root.glob("*/v[1-9]*.py"))
    assert sorted(registry()) == files
    assert [reward.id for reward in registry().values()] == list(registry())


def test_versions_are_ordered_as_numbers() -> None:
    """v10 comes after v9."""
    base = registry()["math_equal@v1"]
    found = Registry([replace(base, version=version) for version in (10, 9, 1)])
    assert list(found) == ["math_equal@v1", "math_equal@v9", "math_equal@v10"]
    assert len(found) == 3


def test_a_need_must_be_declared() -> None:
    """A reward built on another's verdict is useless without it."""
    reward = replace(registry()["math_equal@v1"], needs=("nobody@v1",))
    with pytest.raises(LookupError, match="nobody@v1"):
        Registry([reward])


def test_only_packages_with_versions_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Helpers, drafts and plain modules beside the families are no rewards."""
    package = tmp_path / "found_here"
    for name in ("family/v1.py", "family/v0.py", "family/draft.py", "text/words.py"):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).touch()
        (package / name).with_name("__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "v2.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert version_modules("found_here") == ["found_here.family.v1"]
    with pytest.raises(TypeError, match="under the name `score`"):
        discover("found_here")


@pytest.mark.parametrize("package", ["no_such_package_anywhere", "json.decoder"])
def test_a_package_must_exist(package: str) -> None:
    """A misspelt package is not an empty one."""
    with pytest.raises(ModuleNotFoundError, match=package):
        version_modules(package)


def test_a_superseded_version_names_its_last_successor() -> None:
    """Its own family's next version, or the one that says so; the chain is followed to its end."""
    base = registry()["math_equal@v1"]
    other = replace(base, family="other")
    found = Registry([other, base, replace(base, version=2, supersedes=("other@v1",)), replace(base, version=3)])
    assert found.successor("other@v1") == "math_equal@v3"
    assert found.successor("math_equal@v1") == "math_equal@v3"
    assert found.successor("math_equal@v3") is None


def test_one_version_has_one_successor() -> None:
    """Two that claim the same one are a defect of the declarations."""
    base = registry()["math_equal@v1"]
    claims = [replace(base, family=family, supersedes=("old@v1",)) for family in ("one", "two")]
    with pytest.raises(LookupError, match=r"old@v1 is superseded by one@v1 and by two@v1"):
        Registry(claims)


def test_what_is_superseded_exists() -> None:
    """Nobody is sent away from a version that was never served, and chains end."""
    assert [] == [old for reward in registry().values() for old in reward.supersedes if old not in registry()]
    assert all(registry().successor(reward_id) != reward_id for reward_id in registry())
