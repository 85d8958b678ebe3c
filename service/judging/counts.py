"""What the judge has been asked since the service started, counted where it happens."""

from dataclasses import dataclass, field

RESULTS = ("answered", "unparsable", "unavailable")


@dataclass(slots=True)
class Tally:
    """What was asked for somebody, in plain numbers that only grow."""

    sent: int = 0
    """Calls of the endpoint with a question."""
    results: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RESULTS, 0))
    """Questions that were not in the cache, by what came of them."""
    cached: int = 0
    """Questions answered from the cache."""
    shared: int = 0
    """Questions that found an equal one on its way, and waited for its answer."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    spent_usd: float = 0.0
    rechecks_agreed: int = 0
    rechecks_disagreed: int = 0
    """Cached answers that the judge, asked again, did not give again."""

    def recheck(self, *, is_same: bool) -> None:
        """Count a cached answer that was asked for again."""
        if is_same:
            self.rechecks_agreed += 1
        else:
            self.rechecks_disagreed += 1


@dataclass(slots=True)
class JudgeCounts(Tally):
    """What was asked for everybody, known cases among it, and what concerns the judge as a whole."""

    probes: int = 0
    """Calls that find out how the endpoint wants to be asked."""
    canaries_right: int = 0
    canaries_wrong: int = 0
    purged: int = 0
    """Answers forgotten by a quarantine."""
    unrecorded: int = 0
    """Answers that were used and could not be written to the cache."""
    _own: dict[str, Tally] = field(default_factory=dict)
    """One for each team that has asked. Operators alone make teams, so there are not many."""

    def own(self, team: str) -> Tally:
        """Return what was asked for a team."""
        return self._own.get(team) or Tally()

    def tallies(self, team: str) -> tuple[Tally, Tally]:
        """Return where to count what is asked for a team: everybody's tally, and its own."""
        return self, self._own.setdefault(team, Tally())

    def canary(self, *, is_right: bool) -> None:
        """Count a known case."""
        if is_right:
            self.canaries_right += 1
        else:
            self.canaries_wrong += 1
