"""The pool's queue: teams share the workers, a team's batches take turns, and its small ones are scored together.

A request of one sample is a batch of its own, with its own deadline and its own outcome. Where such batches wait for a
worker they stand in one line, and the worker that comes takes as many of them as make a good shard. So nothing waits
for company: with a worker idle a lone sample leaves at once, and the busier the workers are, the larger the shards.
All of a line has one turn among the large batches, so that neither kind keeps the other waiting. No shard has work of
two teams: each pays for its own.

What may hold a worker for long has a lane of its own while there is a team that it would keep waiting: suspects, which
are tried alone after they killed a worker, and everything of a team in debt (see `shares`). No worker of the main lane
takes them then, and the side lane's takes nothing else.
"""

import asyncio
from collections.abc import Hashable
from enum import Enum

from service.batch import Batch, Shard
from service.costs import SHARD_CHARS, Costs
from service.queue import Bell, TurnQueue
from service.shares import Shares

_FEW = 4
"""Items of a batch that is small: more than a request of one sample makes of any reward."""
_FREE_S, _FREE_SHARE = 0.1, 0.05
"""What a shard may take without overrunning, in seconds and as a share of an item's budget, whichever is more: several
times what shards are cut to."""
_ENOUGH = 3
"""Times that, a shard is ended: its items were many, and each may take as much as one that is killed."""


class Lane(Enum):
    """What a worker is for."""

    MAIN = "main"
    SIDE = "side"
    """What might hold a worker while another team waits."""


class ShardQueue:
    """Shards that wait for a worker.

    Args:
        costs: What items cost.
        shares: What teams have used.
    """

    def __init__(self, costs: Costs, shares: Shares | None = None) -> None:
        self._costs = costs
        self._shares = shares or Shares()
        self._lines: dict[str, _TeamLines] = {}
        self._bells = {lane: Bell() for lane in Lane}
        self._items = 0

    @property
    def items(self) -> int:
        """How many items wait."""
        return self._items

    def room(self, team: str, most: int) -> int:
        """Return how many more items a team may have waiting, where so many may wait of all.

        Each team that is there has as much of it, so that none finds it filled up by another.
        """
        lines = self._lines.get(team)
        return most // self._shares.present(team) - (0 if lines is None else lines.items)

    def drain_s(self, workers: int) -> float:
        """Return how long so many workers should take for all that waits."""
        return sum(lines.seconds for lines in self._lines.values()) / workers

    def put(self, shard: Shard) -> None:
        """Add a shard behind what its line has waiting."""
        self._of(shard).put(shard.line, shard)
        self._note(shard)

    def put_first(self, shard: Shard) -> None:
        """Add a shard before what its line has waiting: its work was taken from the head already."""
        self._of(shard).put_first(shard.line, shard)
        self._note(shard)

    def pop(self, lane: Lane = Lane.MAIN) -> Shard | None:
        """Remove and return the shard whose turn it is, with others of its line where they go together.

        Its team is charged what it should cost. None where nothing waits for this lane.
        """
        if not self._lines:
            return None
        team = self._shares.next(lambda team: bool(self._open(lane, team)))
        if team is None:
            return None
        lines = self._lines[team]
        shard = lines.pop(self._open(lane, team))
        if isinstance(shard.line, _Together):
            self._gather(shard, lines.others)
        shard.expected_s = self._costs.seconds(shard.reward.id, len(shard.works), team)
        self._items -= len(shard.works)
        lines.items -= len(shard.works)
        lines.seconds -= shard.expected_s
        if not lines.items:
            del self._lines[team]
            self._shares.depart(team)
        self._shares.charge(team, shard.expected_s)
        return shard

    def has_work(self, lane: Lane) -> bool:
        """Return whether something waits for a lane."""
        return any(self._open(lane, team) for team in self._lines)

    def settle(self, shard: Shard, seconds: float, burned_s: float) -> None:
        """Charge a shard's team what the shard really took a worker, in place of what it should have.

        Args:
            shard: What was run.
            seconds: How long it held its worker.
            burned_s: CPU seconds that it took, by which overruns are told: a busy machine is no team's fault. Of a
                worker that did not live to the end, how long it was held.
        """
        self._shares.charge(shard.team, seconds - shard.expected_s)
        if (over_s := burned_s - _free_s(shard)) > 0:
            self._overrun(shard.team, over_s)

    def has_had_enough(self, shard: Shard, burned_s: float) -> bool:
        """Return whether a shard under way in the main lane has to leave it, for the sake of another team."""
        return burned_s > _ENOUGH * _free_s(shard) and self._shares.has_company(shard.team)

    def charge(self, team: str, seconds: float) -> None:
        """Charge a team what its work took beside being run: a new worker for the one that it killed."""
        self._shares.charge(team, seconds)
        self._overrun(team, seconds)

    def filled(self, lane: Lane = Lane.MAIN) -> asyncio.Future[None]:
        """Return a future that is done when something comes for a lane after now; shared, so not to be cancelled."""
        return self._bells[lane].next()

    def _of(self, shard: Shard) -> TurnQueue[Shard]:
        """Return where a shard waits."""
        team = shard.team
        lines = self._lines.get(team)
        if lines is None:
            lines = self._lines[team] = _TeamLines()
        self._shares.arrive(team)
        return lines.suspects if shard.is_suspect else lines.others

    def _note(self, shard: Shard) -> None:
        """Count what was added, and wake who may take it."""
        lines = self._lines[shard.team]
        self._items += len(shard.works)
        lines.items += len(shard.works)
        lines.seconds += self._costs.seconds(shard.reward.id, len(shard.works), shard.team)
        self._bells[Lane.MAIN].ring()
        self._ring_side()

    def _overrun(self, team: str, seconds: float) -> None:
        self._shares.overrun(team, seconds)
        self._ring_side()

    def _ring_side(self) -> None:
        """Wake the side lane if something waits for it: what waited for the main one may have become its own."""
        if not self._shares.is_single and self.has_work(Lane.SIDE):
            self._bells[Lane.SIDE].ring()

    def _open(self, lane: Lane, team: str) -> "list[TurnQueue[Shard]]":
        """Return the lines of a team that a lane may take from and that are not empty."""
        lines = self._lines[team]
        is_debtor = self._shares.is_debtor(team)
        if (is_debtor or lines.suspects) and self._shares.has_company(team):
            is_apart = [True, is_debtor]
        else:
            is_apart = [False, False]
        wanted = lane is Lane.SIDE
        return [line for line, apart in zip(lines.both, is_apart, strict=True) if line and apart is wanted]

    def _gather(self, shard: Shard, line: TurnQueue[Shard]) -> None:
        """Add to a shard what waits behind it, as far as that makes a good shard."""
        most = self._costs.shard_items(shard.reward, len(shard.works) + line.waiting(shard.line), shard.team)
        chars = sum(work.chars for work in shard.works)
        while len(shard.works) < most:
            following = line.pop_of(shard.line)
            if following is None:
                return
            chars += sum(work.chars for work in following.works)
            if chars > SHARD_CHARS:
                line.put_first(shard.line, following)
                return
            shard.works += following.works


def _free_s(shard: Shard) -> float:
    """Return what a shard may take without overrunning."""
    return max(_FREE_S, _FREE_SHARE * shard.reward.budget_s)


class _TeamLines:
    """What a team has waiting."""

    __slots__ = ("_suspects_last", "both", "items", "others", "seconds", "suspects")

    def __init__(self) -> None:
        self.suspects: TurnQueue[Shard] = TurnQueue()
        self.others: TurnQueue[Shard] = TurnQueue()
        self.both = (self.suspects, self.others)
        self.items = 0
        self.seconds = 0.0
        """What it all should take a worker."""
        self._suspects_last = False

    def pop(self, lines: list[TurnQueue[Shard]]) -> Shard:
        """Remove and return the next shard of certain lines, which take turns. They are not empty."""
        line = lines[0] if len(lines) == 1 or not self._suspects_last else lines[-1]
        self._suspects_last = line is self.suspects
        shard = line.pop()
        if shard is None:
            raise LookupError
        return shard


class _Together(tuple[str, bytes]):
    """The line of all small batches of one reward, by its id, and certain params, in JSON."""

    __slots__ = ()


def line_of(batch: Batch) -> Hashable:
    """Return the line in which a batch waits: its own, or the one of all that are as small and ask for the same."""
    if len(batch.outcomes) > _FEW:
        return batch
    return _Together((batch.reward.id, batch.params.__pydantic_serializer__.to_json(batch.params)))
