"""A calibration from its first solution to its last: what a reward says of solutions whose first mistake is known."""

import hashlib
import json
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.asking import Asked, Asking, Patience, Question, batched, in_order
from service.calibration.labelled import Labelled
from service.calibration.metrics import Verdict
from service.journal import Journal
from service.outcome_lines import whole_outcome_line
from trainer_client import Failure, Outcome, Sample

PATIENCE_ROWS = 64
"""Solutions that may fail one after another before a calibration stops."""
SOMEWHERE = -1
"""The step of a mistake that was seen, and not said where."""
_SURE = 0.5
"""A reward that names no step sees a mistake where it gives less."""
_STEPS = ("first_unsupported_step", "first_mistake_line")
"""Details that name a step, counted from 1; 0 stands for none."""
_SHOWN = "steps"
"""A detail that counts the steps which the judge was shown."""
_JUDGE_FAILURES = "judge_"
"""What the kinds of failures begin with that come of the judge."""
_QUOTED = "first_mistake"
"""A detail that quotes what is wrong, where no step is named."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A solution and its number in the data, counted from 0."""

    number: int
    solution: Labelled


def digest(solutions: Sequence[Labelled]) -> str:
    """Return what tells these solutions and labels from all others."""
    found = hashlib.sha256()
    for each in solutions:
        found.update(json.dumps([each.question, each.completion, each.first_mistake]).encode() + b"\n")
    return f"sha256:{found.hexdigest()}"


def choose(solutions: Sequence[Labelled], limit: int | None, seed: int) -> list[Numbered]:
    """Return some of the solutions, drawn by chance; with a greater limit, the same ones and more."""
    numbers = list(range(len(solutions)))
    if limit is not None and limit < len(numbers):
        random.Random(seed).shuffle(numbers)  # noqa: S311 - a sample, no secret
        numbers = sorted(numbers[:limit])
    return [Numbered(number, solutions[number]) for number in numbers]


class Calibration:
    """Asks a reward about solutions, and goes on from where it was stopped.

    Args:
        service: Who is asked.
        question: The reward.
        journal: What was said before, and where the rest goes.
    """

    def __init__(self, service: Asked, question: Question, journal: Journal) -> None:
        self._asking = Asking(service, [question], lambda _: False)
        self._reward = question.request.reward
        self._journal = journal

    async def run(
        self,
        chosen: Sequence[Numbered],
        batch: int,
        patience: Patience,
        advance: Callable[[int, int, Mapping[str, int]], None],
    ) -> None:
        """Ask about every solution that nothing is known of yet.

        Args:
            chosen: The solutions.
            batch: How many in a request.
            patience: Ends it where there are nothing but failures.
            advance: Told how many are done, how many of them this time, and what came of them.

        Raises:
            RewardServiceError: the service is gone, or refuses everything.
            PatienceError: nothing but failures.
        """
        statuses = {record["row"]: record["outcome"]["status"] for record in self._journal.records() if _counts(record)}
        known = {each.number: statuses[each.number] for each in chosen if each.number in statuses}
        counts = Counter({"scored": 0, "failed": 0})
        counts.update(known.values())
        asked = 0
        open_ = [each for each in chosen if each.number not in known]
        said = in_order(batched(open_, batch), self._ask)
        try:
            async for solutions, outcomes in said:
                self._journal.append(map(_record, solutions, outcomes))
                asked += len(outcomes)
                counts.update(outcome.status for outcome in outcomes)
                advance(len(known) + asked, asked, counts)
                for outcome in outcomes:
                    patience.take([outcome])
        finally:
            await said.aclose()

    async def _ask(self, chosen: Sequence[Numbered]) -> list[Outcome]:
        samples = [Sample(each.solution.completion, prompt=each.solution.question) for each in chosen]
        return [said[self._reward] for said in await self._asking.outcomes(samples)]


def _record(each: Numbered, outcome: Outcome) -> dict[str, Any]:
    return {
        "row": each.number,
        "question": each.solution.question,
        "steps": len(each.solution.steps),
        "first_mistake": each.solution.first_mistake,
        "again": isinstance(outcome, Failure) and outcome.retryable,
        "outcome": whole_outcome_line(outcome),
    }


def _counts(record: Mapping[str, Any]) -> bool:
    return not record["again"]


@dataclass(frozen=True, slots=True)
class Reading:
    """What the records of a calibration say together."""

    verdicts: Sequence[Verdict]
    """What was said of each solution that was judged."""
    settled: Sequence[bool]
    """Of each of these, whether no judge was asked."""
    failed: Sequence[int | None]
    """The labels of the solutions that could not be judged."""
    unanswered: Sequence[int | None]
    """The labels of those of them for which the judge gave no verdict."""
    kinds: Mapping[str, int]
    """How many of these, by kind of failure."""
    judges: Sequence[str]
    """The judges that answered."""
    cut_otherwise: int
    """Solutions that the reward cut into other steps than the data does."""

    @property
    def unjudged(self) -> list[Verdict]:
        """What the rules say alone: where they settle nothing they see no mistake, whatever became of the judge."""
        pairs = zip(self.verdicts, self.settled, strict=True)
        said = [each if is_settled else Verdict(each.label, None, each.value) for each, is_settled in pairs]
        return said + [Verdict(label, None, _SURE) for label in self.unanswered]


def read(records: Sequence[Mapping[str, Any]], solutions: Sequence[Labelled]) -> Reading:
    """Return what some records say.

    Args:
        records: What was said of some solutions.
        solutions: All of them, by their numbers.
    """
    scored = [record for record in records if record["outcome"]["status"] == "scored"]
    failed = [record for record in records if record["outcome"]["status"] == "failed"]
    details = [record["outcome"]["details"] for record in scored]
    return Reading(
        [
            Verdict(
                record["first_mistake"], _said(record["outcome"], solutions[record["row"]]), record["outcome"]["value"]
            )
            for record in scored
        ],
        [_is_settled(record["outcome"]) for record in scored],
        [record["first_mistake"] for record in failed],
        [record["first_mistake"] for record in failed if record["outcome"]["kind"].startswith(_JUDGE_FAILURES)],
        Counter(record["outcome"]["kind"] for record in failed),
        sorted({str(each["judge"]) for each in details if each.get("judge")}),
        sum(
            each.get("steps", record["steps"]) != record["steps"] for each, record in zip(details, scored, strict=True)
        ),
    )


def _said(outcome: Mapping[str, Any], solution: Labelled) -> int | None:
    """Return the step in which a mistake was seen, counted from 0; None where none was."""
    details = outcome["details"]
    step = next((details[name] for name in _STEPS if isinstance(details.get(name), int)), None)
    if step is not None:
        return step - 1 if step > 0 else None
    if outcome["value"] >= _SURE:
        return None
    quoted = details.get(_QUOTED)
    lines = enumerate(solution.completion.split("\n"))
    return next((number for number, line in lines if quoted and str(quoted) in line), SOMEWHERE)


def _is_settled(outcome: Mapping[str, Any]) -> bool:
    """Return whether rules decided: a judge that was asked has been shown a number of steps."""
    details = outcome["details"]
    return outcome["reason"].startswith("refuted_") or not details.get("judge") or _SHOWN not in details
