"""The rewards that say something of samples once more."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from service.asking import Question, between_groups, in_half
from trainer_client import RewardInfo, RewardRequest
from trainer_client._columns import reference_schema


@dataclass(frozen=True, slots=True)
class Versions:
    """The rewards that are asked: the new one, and the old one where nobody knows any more what it said."""

    catalogue: Mapping[str, RewardInfo]
    """All that the service serves, since a reward may need another one."""
    new: RewardInfo
    old: RewardInfo | None = None
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """In place of those that a sample was scored with, by reward."""

    @property
    def infos(self) -> list[RewardInfo]:
        """The rewards, in the order in which they are asked."""
        return [info for info in (self.old, self.new) if info is not None]

    @property
    def compare(self) -> bool:
        """Whether one of them compares the completions of a group."""
        return any(info.group for info in self.infos)

    def questions(self, params: Mapping[str, Any]) -> list[Question]:
        """Return what is asked of samples that were scored with some params."""
        return [
            Question(
                RewardRequest(info.id, self.params.get(info.id, params), info.behaviour, info.build),
                set(reference_schema(info.id, self.catalogue)[0]),
                between_groups if info.group else in_half,
            )
            for info in self.infos
        ]
