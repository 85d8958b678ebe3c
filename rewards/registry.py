"""Finds the declared rewards of a package and serves them by id."""

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib.util import find_spec

from typing_extensions import override

from rewards.declare import Reward
from rewards.types import Frozen

_SAID_LATER = {"trl_accuracy@v1": "math_equal@v2", "xml_correctness@v1": "math_equal@v2"}
"""What versions supersede that were released before a declaration could say so."""
_VERSION = re.compile(r"v[1-9][0-9]*")


class Registry(Mapping[str, Reward]):
    """The rewards of one service, by id; read-only."""

    def __init__(self, rewards: Iterable[Reward]) -> None:
        ordered = sorted(rewards, key=lambda reward: (reward.family, reward.version))
        self._rewards = {reward.id: reward for reward in ordered}
        for reward in ordered:
            if missing := [need for need in reward.needs if need not in self._rewards]:
                raise LookupError(f"{reward.id} needs {', '.join(missing)}, which is not declared")
        self._successors = _successors(ordered)

    @override
    def __getitem__(self, reward_id: str) -> Reward:
        return self._rewards[reward_id]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._rewards)

    @override
    def __len__(self) -> int:
        return len(self._rewards)

    def successor(self, reward_id: str) -> str | None:
        """Return the version to use instead of this one, if one says that it supersedes it; never a superseded one."""
        found = None
        while (newer := self._successors.get(found or reward_id)) is not None:
            found = newer
        return found

    def references(self, reward: Reward) -> list[type[Frozen]]:
        """Return the reference classes of a reward and of everything it needs, its own first."""
        found = [reward.reference] if reward.needs_reference else []
        for need in reward.needs:
            found += [each for each in self.references(self[need]) if each not in found]
        return found


def _successors(rewards: Sequence[Reward]) -> dict[str, str]:
    """Return which version each superseded one is to be replaced by: a declared one, else its family's next.

    Raises:
        LookupError: two versions say that they supersede the same one.
    """
    found: dict[str, str] = {}
    implied: dict[str, str] = {}
    before: Reward | None = None
    for reward in rewards:
        for old in reward.supersedes:
            if found.setdefault(old, reward.id) != reward.id:
                raise LookupError(f"{old} is superseded by {found[old]} and by {reward.id}")
        if before is not None and before.family == reward.family:
            implied[before.id] = reward.id
        before = reward
    known = {reward.id for reward in rewards}
    late = {old: new for old, new in _SAID_LATER.items() if {old, new} <= known}
    return late | implied | found


def version_modules(package: str) -> list[str]:
    """Return the names of the modules `<package>.<family>.v<N>`, importing only the package itself."""
    spec = find_spec(package)
    if spec is None or spec.submodule_search_locations is None:
        raise ModuleNotFoundError(f"no package named {package}")
    names = []
    for family in pkgutil.iter_modules(spec.submodule_search_locations):
        if not family.ispkg:
            continue
        folders = [f"{location}/{family.name}" for location in spec.submodule_search_locations]
        names += [
            f"{package}.{family.name}.{module.name}"
            for module in pkgutil.iter_modules(folders)
            if _VERSION.fullmatch(module.name)
        ]
    return names


def discover(package: str = "rewards") -> Registry:
    """Import every version module of a package and return what they declare.

    Raises:
        TypeError: a version module declares no reward under the name `score`.
    """
    rewards = []
    for name in version_modules(package):
        declared = getattr(importlib.import_module(name), "score", None)
        if not isinstance(declared, Reward):
            raise TypeError(f"{name} must declare its reward under the name `score`")
        rewards.append(declared)
    return Registry(rewards)
