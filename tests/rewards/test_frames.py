"""What is sent is what arrives."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards import frames
from rewards.frames import Item, Job
from rewards.types import Failure, FailureKind, Outcome, Score

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
SAMPLES = st.fixed_dictionaries(
    {
        "completion": TEXT,
        "reference": st.dictionaries(TEXT, TEXT | st.integers(-(2**53), 2**53)),
        "prompt": st.none() | TEXT,
        "group": st.none() | TEXT,
        "completion_tokens": st.none() | st.integers(0, 2**53),
        "completion_ids": st.none() | st.lists(st.integers(0, 2**53)),
    }
)


@given(st.lists(st.lists(SAMPLES, max_size=3), max_size=3))
def test_a_job_survives_the_way(groups: list[list[frames.SampleFields]]) -> None:
    """Whatever the texts hold, each stays with its sample."""
    items = [Item(samples=samples, needs=[{"a@v1": {"value": 1.0}}] * len(samples)) for samples in groups]
    job: Job = {"reward": "b@v1", "params": {"x": 1}, "limit_s": 0.5, "items": items}
    frame = frames.encode_job(job)
    assert len(frame) == 4 + int.from_bytes(frame[:4], "big")
    assert job == frames.decode_job(frame[4:])


@pytest.mark.parametrize("outcome", [Score(0.5, "ok", "Fine.", {"n": 1, "s": "é"}), Failure(FailureKind.CRASH, "Why.")])
def test_an_outcome_survives_the_way(outcome: Outcome) -> None:
    """Its fields, its kind, its value and whether it lasts."""
    encoded = frames.encode_outcome(outcome, lasts=True)
    frame = frames.encode_outcomes([[encoded], [], [encoded, encoded]])
    assert [[encoded], [], [encoded, encoded]] == frames.decode_outcomes(frame[4:])
    assert outcome == encoded.outcome()
    assert orjson.loads(encoded.body) == frames.outcome_fields(outcome)
    assert encoded.kind == (outcome.kind.value if isinstance(outcome, Failure) else None)
    assert encoded.value == (None if isinstance(outcome, Failure) else outcome.value)


@pytest.mark.parametrize("junk", [b"", b"\0\0\0\5[", b"\0\0\0\0", b"\xff" * 9])
def test_what_is_no_frame_is_an_error(junk: bytes) -> None:
    """A parent that cannot read an answer takes its worker for broken."""
    with pytest.raises(ValueError):  # noqa: PT011 - orjson's own words
        frames.decode_outcomes(junk)
