"""What is to be written of one request, and the part of it that need not wait for the scores."""

import threading
from collections.abc import Sequence
from hashlib import sha256

from rewards.frames import EncodedOutcome
from rewards.types import FailureKind
from service.call import Call
from service.record import choice
from service.record.choice import Frame
from service.record.directory import Directory, Name, Team
from service.record.packing import DEFAULT_RUN, encode
from service.scoring import Ask, Submission
from service.serving import Served

_RETRYABLE = frozenset(kind.value for kind in FailureKind if kind.retryable)


class Draft:
    """One request on its way into the record.

    Args:
        call: Who asks.
        asks: The rewards.
        submissions: The samples.
        received_at: Seconds since the epoch.
    """

    def __init__(self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission], received_at: float) -> None:
        self.call = call
        self.asks = asks
        self.submissions = submissions
        self.received_at = received_at
        self.fingerprints = b""
        self.served: Served | None = None
        """What came of it; set before it is written."""
        self._lock = threading.Lock()
        self._team: Team | None = None
        self._frames: list[Frame] | None = None

    @property
    def size(self) -> int:
        """How many rows it makes, about."""
        return len(self.submissions) * len(self.asks)

    def prepare(self, directory: Directory) -> Team:
        """Return the team, and have what is known before the scores, worked out once by whoever comes first.

        Raises:
            UnknownTeamError: there is no such team.
            SQLAlchemyError: the database cannot be asked.
        """
        with self._lock:
            team = self._identified(directory)
            if self._frames is None and directory.texts(self.run(team)) == "all":
                self._frames = choice.frames(self.submissions, choice.groups_of(self.submissions))
            return team

    def team(self, directory: Directory) -> Team:
        """Return the team, and have what tells one request from another.

        Raises:
            UnknownTeamError: there is no such team.
            SQLAlchemyError: the database cannot be asked.
        """
        with self._lock:
            return self._identified(directory)

    def _identified(self, directory: Directory) -> Team:
        if self._team is None:
            team = directory.team(self.call.team)
            self.fingerprints = team.fingerprints.of(self.submissions)
            self._team = team
        return self._team

    def run(self, team: Team) -> Name:
        """Return what its run is known by."""
        return team.id, self.call.run or DEFAULT_RUN

    def frames(self, team: Team, texts: str) -> list[Frame]:
        """Return the texts to keep, now that the scores are there, of a run that keeps none, a sample, or all."""
        if texts == "none":
            return []
        if texts == "all":
            return self._frames or choice.frames(self.submissions, choice.groups_of(self.submissions))
        groups = choice.chosen(self.submissions, self.asks, self.outcomes, team.fingerprints)
        return choice.frames(self.submissions, groups)

    @property
    def outcomes(self) -> Sequence[Sequence[EncodedOutcome]]:
        """For each reward, one outcome per sample."""
        return [] if self.served is None else self.served.outcomes

    @property
    def is_final(self) -> bool:
        """Whether its answer stands: no sample failed in a way that another try may mend."""
        return not any(outcome.kind in _RETRYABLE for column in self.outcomes for outcome in column)

    def asked(self) -> bytes:
        """Return a digest of what is asked: the same for the same rewards, params and samples of one step of one run.

        Its team is known.
        """
        rewards = [(ask.reward.id, ask.params.model_dump(mode="json")) for ask in self.asks]
        beside = [(each["group"], each["completion_tokens"], each["completion_ids"]) for each in self.submissions]
        return sha256(self.fingerprints + encode([rewards, beside, self.call.run, self.call.step])).digest()
