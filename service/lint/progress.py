"""What is told of a lint while it goes on."""

from typing import Protocol

from service.lint.findings import Finding


class Watcher(Protocol):
    """Is told how a lint goes on."""

    def phase(self, doing: str) -> None:
        """A phase begins, and the one before it has ended.

        Args:
            doing: What is done now, or waited for.
        """

    def advance(self, done: str, share: float | None) -> None:
        """Some of the phase is done.

        Args:
            done: How much, in words.
            share: Which share of it, from 0 to 1; None where that is not known.
        """

    def found(self, finding: Finding) -> None:
        """Something is wrong that need not wait for the data.

        Args:
            finding: It will be in the report as well.
        """
