"""Which samples of a run can be scored again."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Engine

from service.call import Call
from service.rescoring.kept import KeptGroups, KeptSamples
from service.rescoring.recorded import RecordedRun
from service.scoring import Submission, submission
from tests.service.record.recording import FAILURE, recording, samples, score, write

pytestmark = pytest.mark.anyio


def group(name: str | None, *completions: str, prompt: str | None = None) -> list[Submission]:
    """Return the samples of a group."""
    return [submission(text, prompt=prompt, group=name) for text in completions]


def run_of(engine: Engine, folder: Path) -> RecordedRun:
    """Return the run that was recorded."""
    return RecordedRun(engine, folder / "texts", ("local", "r"), "math_equal@v2")


def asked(kept: KeptGroups) -> list[list[tuple[object, str | None]]]:
    """Return what is asked together, with the name of its group."""
    return [[(case.sample.completion, case.sample.group) for case in found] for found in kept]


async def test_groups_come_back_as_they_came(database_url: str, tmp_path: Path) -> None:
    """Those of each request for themselves, whatever else has their name, and over several prompts."""
    first = [*group("g", "a", prompt="p"), *group("h", "b", "c"), *group("g", "d", prompt="q")]
    async with recording(database_url, tmp_path, record_texts="all") as (recorder, engine):
        for batch in (first, group("g", "e", "f"), group(None, "x", "y", prompt="p"), group(None, "z")):
            await write(recorder, Call("q", run="r", step=1), batch)
        await recorder.stop(10)
        kept = KeptGroups(run_of(engine, tmp_path))
        *named, (by_prompt, other) = asked(kept)
        assert [[("a", "g"), ("d", "g")], [("b", "h"), ("c", "h")], [("e", "g"), ("f", "g")]] == named
        assert (("x", "y"), by_prompt[1]) == ((by_prompt[0], other[0]), other[1])
        found = kept.coverage()
        assert (9, 4, 8, 0, 1) == (
            found.texts.with_text,
            found.groups,
            found.replayed,
            found.parts,
            found.alone,
        )


async def test_a_part_of_a_group_is_left_out_and_told(database_url: str, tmp_path: Path) -> None:
    """Of a small request only what failed has its text; a sample by itself is scored again all the same."""
    batches: Sequence[list[Submission]] = [group("g", "a", "b", "c"), group("h", "d"), group("i", "e", "f")]
    column = [FAILURE, score(1.0), FAILURE, FAILURE, score(1.0), score(0.0)]
    async with recording(database_url, tmp_path) as (recorder, engine):
        await write(recorder, Call("q", run="r"), [each for batch in batches for each in batch], column)
        await recorder.stop(10)
        run = run_of(engine, tmp_path)
        found = KeptGroups(run).coverage()
        assert [[("d", "h")]] == asked(KeptGroups(run))
        assert (6, 3, 1, 1, 1, 2) == (
            found.texts.samples,
            found.texts.with_text,
            found.groups,
            found.replayed,
            found.parts,
            found.in_parts,
        )
        assert "Scored again: 1 sample in 1 whole group. Left out: 2 samples in 1 group whose" in found.told
        assert (3, 3) == (KeptSamples(run).coverage().replayed, len(list(KeptSamples(run))))


async def test_a_run_ends_where_it_was_when_it_was_opened(database_url: str, tmp_path: Path) -> None:
    """Who scores it again may be recorded under the very same name."""
    async with recording(database_url, tmp_path, record_texts="all") as (recorder, engine):
        await write(recorder, Call("1", run="r"), samples(2))
        run = run_of(engine, tmp_path)
        await write(recorder, Call("2", run="r"), samples(2))
        assert 2 == len(list(KeptSamples(run)))
        assert 4 == len(list(KeptSamples(run_of(engine, tmp_path))))
