"""How much of a run's text is there, and so how much of it can be scored again."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Texts:
    """How much of a run's text is there."""

    samples: int
    """Samples that the reward scored."""
    with_text: int
    """Those of them whose texts are there."""
    policy: str | None
    """Which texts are kept of the run; None is the service's default."""


class Coverage(Protocol):
    """What of it is scored again."""

    @property
    def texts(self) -> Texts:
        """What there is."""
        ...

    @property
    def replayed(self) -> int:
        """Samples that are scored again."""
        ...

    @property
    def told(self) -> str:
        """What a person has to know of the others; empty where there are none."""
        ...


@dataclass(frozen=True, slots=True)
class SampleCoverage:
    """What a reward scores again that looks at each sample by itself: whatever is there."""

    texts: Texts

    @property
    def replayed(self) -> int:
        """Samples that are scored again."""
        return self.texts.with_text

    @property
    def told(self) -> str:
        """What a person has to know of the others; empty where there are none."""
        if not 0 < self.texts.with_text < self.texts.samples:
            return ""
        return "Only those are scored again; groups are compared as far as they are there."


@dataclass(frozen=True, slots=True)
class GroupCoverage:
    """What a reward scores again that compares the completions of a group: the groups that are there whole."""

    texts: Texts
    groups: int = 0
    """Groups whose texts are all there."""
    replayed: int = 0
    """Samples that they have."""
    parts: int = 0
    """Groups of which some texts are there."""
    in_parts: int = 0
    """Samples of theirs whose texts are there."""
    alone: int = 0
    """Samples whose texts are there and that name neither a group nor a prompt."""

    @property
    def told(self) -> str:
        """What a person has to know of the others; empty where there are none."""
        if self.replayed == self.texts.samples or not self.texts.with_text:
            return ""
        said = [f"Scored again: {_counted(self.replayed, 'sample')} in {_counted(self.groups, 'whole group')}."]
        if self.parts:
            said.append(
                f"Left out: {_counted(self.in_parts, 'sample')} in {_counted(self.parts, 'group')} whose other texts "
                "are not there; compared with each other alone they would get other values."
            )
        if self.alone:
            said.append(f"Left out: {_counted(self.alone, 'sample')} without a group or a prompt.")
        return " ".join(said)


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
