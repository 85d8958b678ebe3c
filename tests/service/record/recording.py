"""How these tests write records: the real recorder over a database of their own, and scores made up."""

import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

from rewards.digest import Digests
from rewards.frames import EncodedOutcome, Json, encode_outcome
from rewards.registry import discover
from rewards.types import Failure, FailureKind, Outcome, Score
from service import statistics, telemetry
from service.call import Call
from service.database.engine import open_database
from service.record.packing import unpack
from service.record.recorder import DatabaseRecorder
from service.record.texts import TextFiles
from service.scoring import Ask, Submission, submission
from service.serving import Served, Written
from service.settings import Settings

REGISTRY = discover("rewards")
PATIENCE_S = 20.0
"""How long a request waits for another replica."""
DIGESTS = defaultdict(lambda: Digests("sha256:b", "sha256:c"), {"math_equal@v1": Digests(None, "sha256:c")})


@asynccontextmanager
async def recording(
    url: str,
    folder: Path,
    texts: TextFiles | None = None,
    **settings: Any,  # noqa: ANN401 - as the settings have them
) -> AsyncIterator[tuple[DatabaseRecorder, Engine]]:
    """Run a recorder; what it was given is written when it ends."""
    engine = open_database(url)
    recorder = DatabaseRecorder(engine, Settings(data=folder, **settings), DIGESTS, telemetry.quiet(), texts)
    recorder.start()
    try:
        yield recorder, engine
    finally:
        await recorder.stop(10)
        engine.dispose()


def ask(reward: str = "math_equal@v2", params: Json | None = None) -> Ask:
    """Return a reward to ask for."""
    found = REGISTRY[reward]
    return Ask(found, found.params.model_validate(params or {}))


def samples(number: int, prompt: str = "p", start: int = 0) -> list[Submission]:
    """Return samples of one prompt."""
    return [submission(f"c{n}", {"answer": str(n)}, prompt=prompt) for n in range(start, start + number)]


def score(value: float, reason: str = "equal") -> Score:
    """Return a score."""
    return Score(value, reason, "As it is.", {"extracted": "4"})


FAILURE = Failure(FailureKind.DEADLINE, "Too late.")
"""Another try may do."""
FINAL_FAILURE = Failure(FailureKind.BAD_REFERENCE, "It says nothing.")


def served(asks: Sequence[Ask], submissions: Sequence[Submission], outcomes: Sequence[Sequence[Outcome]]) -> Served:
    """Return what came of a batch."""
    columns = [[encode_outcome(each) for each in column] for column in outcomes]
    groups = statistics.groups_of(submissions)
    counts = [statistics.count(each.reward, column, groups) for each, column in zip(asks, columns, strict=True)]
    return Served(columns, counts, 0.25)


async def write(
    recorder: DatabaseRecorder,
    call: Call,
    submissions: Sequence[Submission],
    outcomes: Sequence[Outcome] | None = None,
    asks: Sequence[Ask] | None = None,
) -> Written:
    """Have one batch written down; every sample is right where nothing else is said."""
    asks = asks or [ask()]
    column = outcomes or [score(1.0)] * len(submissions)
    entry = recorder.begin(call, asks, submissions)
    try:
        known = await entry.known(PATIENCE_S)
        if known is not None:
            return Written(is_durable=True, outcomes=known)
        return await entry.write(served(asks, submissions, [column] * len(asks)))
    finally:
        entry.drop()


def rows(engine: Engine, statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a statement."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(statement))]


def kept_texts(engine: Engine, folder: Path) -> list[Any]:
    """Return the frames of texts that the record knows of, those that are gone left out."""
    found = []
    for (packed,) in rows(engine, "select texts from requests where texts is not null order by id"):
        for name, offset, length, positions in unpack(bytes(packed)):
            with suppress(FileNotFoundError):
                frame = unpack((folder / "texts" / name).read_bytes()[offset : offset + length])
                assert len(positions) == len(frame["samples"])
                found.append(frame)
    return found


def values(outcomes: Sequence[Sequence[EncodedOutcome]] | None) -> list[list[float | None]] | None:
    """Return the values of outcomes."""
    return None if outcomes is None else [[each.value for each in column] for column in outcomes]


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        """Return the time."""
        return self.now
