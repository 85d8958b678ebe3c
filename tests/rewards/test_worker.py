"""The worker's side of the frames, in a thread instead of a process."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_longlong

import pytest

from rewards import frames, worker
from rewards.frames import EncodedOutcome, Item, Job, Json
from rewards.registry import discover
from rewards.types import Failure, FailureKind, Outcome, Score
from rewards.worker import IDLE, READING

PACKAGE = "tests.pool_rewards"
REGISTRY = discover(PACKAGE)


class Parent:
    """The other end of a worker's connection."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._stream = self._ours.makefile("rb")
        self.progress = (c_longlong * 1)(IDLE)
        self.limits: list[float] = []
        self.frames = 0
        self.answers: list[list[EncodedOutcome]] = []

    def ask(
        self, reward_id: str, *items: Item, params: Json | None = None, limit_s: float = 1.0
    ) -> list[list[Outcome]]:
        """Send a job and return its outcomes."""
        job: Job = {"reward": reward_id, "params": params or {}, "limit_s": limit_s, "items": list(items)}
        self._ours.sendall(frames.encode_job(job))
        found: list[list[Outcome]] = []
        self.answers = []
        while len(found) < len(items):
            self.frames += 1
            frame = self._stream.read(int.from_bytes(self._stream.read(4), "big"))
            self.answers += frames.decode_outcomes(frame)
            found = [[one.outcome() for one in outcomes] for outcomes in self.answers]
        return found

    def hang_up(self) -> None:
        """Close the connection."""
        self._stream.close()
        self._ours.close()


@contextmanager
def serving() -> Iterator[Parent]:
    """Run a worker's loop in a thread."""
    parent = Parent()
    thread = threading.Thread(
        target=worker.serve,
        args=(parent.theirs, parent.progress, REGISTRY),
        kwargs={"set_cpu_limit": parent.limits.append},
    )
    thread.start()
    try:
        yield parent
    finally:
        parent.hang_up()
        thread.join(10)
        parent.theirs.close()
        assert not thread.is_alive()


def item(*completions: str, reference: Json | None = None, needs: dict[str, Json] | None = None) -> Item:
    """Return one item of work: a sample, or a group of them."""
    return {
        "samples": [
            {
                "completion": completion,
                "reference": reference or {},
                "prompt": "Why?",
                "group": "g",
                "completion_tokens": 3,
                "completion_ids": [1, 2, 3],
            }
            for completion in completions
        ],
        "needs": [needs or {} for _ in completions],
    }


def test_each_item_is_answered_in_order_under_its_limit() -> None:
    """The limit is set for every item and lifted at the end, and progress goes back to idle."""
    with serving() as parent:
        found = parent.ask("length@v1", *(item("x" * size) for size in range(5)), limit_s=2.0)
        assert [0.0, 1.0, 2.0, 3.0, 4.0] == [outcome.value for (outcome,) in found if isinstance(outcome, Score)]
        assert [2.0] * 5 + [0] == parent.limits
        assert IDLE == parent.progress[0]
        assert [1.0] == [o.value for (o,) in parent.ask("length@v1", item("x")) if isinstance(o, Score)]


def test_cheap_items_share_a_frame_and_dear_ones_do_not_wait() -> None:
    """A job of nothing has no frame; slow items are sent as they come."""
    with serving() as parent:
        assert [] == parent.ask("length@v1")
        parent.ask("length@v1", *(item("x") for _ in range(20)))
        assert parent.frames < 20
        before = parent.frames
        parent.ask("moody@v1", *(item("nap") for _ in range(4)))
        assert parent.frames - before >= 4


def test_progress_is_the_item_being_scored() -> None:
    """A parent that finds the worker dead can tell of what."""
    with serving() as parent:
        asked = threading.Thread(target=parent.ask, args=("moody@v1", item("fine"), item("doze")))
        asked.start()
        seen = {parent.progress[0] for _ in iter(lambda: (time.sleep(0.01), asked.is_alive())[1], False)}
        asked.join()
    assert 1 in seen


def test_a_crash_is_described_without_its_text() -> None:
    """The type, the file and the line."""
    with serving() as parent:
        ((crash,), (fine,)) = parent.ask("moody@v1", item("raise"), item("fine"))
    assert isinstance(crash, Failure)
    assert FailureKind.CRASH is crash.kind
    assert crash.message.startswith("moody@v1 raised ValueError in v1.py, line ")
    assert "SECRET" not in crash.message
    assert Score(1.0, "fine", "Nothing happened.") == fine


def test_endless_recursion_is_the_completion_s_fault() -> None:
    """The lowest value, and the worker lives."""
    with serving() as parent:
        ((outcome,),) = parent.ask("moody@v1", item("recurse"))
    assert isinstance(outcome, Score)
    assert (-1.0, "answer_too_expensive") == (outcome.value, outcome.reason)


def test_a_typed_error_is_its_own_kind() -> None:
    """What a reward may raise."""
    with serving() as parent:
        found = parent.ask("moody@v1", item("bad_reference"), item("not_applicable"))
    assert [
        [Failure(FailureKind.BAD_REFERENCE, "The reference is unreadable.")],
        [Failure(FailureKind.NOT_APPLICABLE, "Not here.")],
    ] == found


def test_a_group_is_one_item() -> None:
    """As many outcomes as samples, also when it fails."""
    with serving() as parent:
        (ranks,) = parent.ask("rank@v1", item("bb", "a", "ccc"))
        (crashes,) = parent.ask("rank@v1", item("bb", "a", reference={"unknown": 1}))
    assert [1.0, 0.0, 2.0] == [outcome.value for outcome in ranks if isinstance(outcome, Score)]
    assert 2 == len(crashes)
    assert {FailureKind.CRASH} == {outcome.kind for outcome in crashes if isinstance(outcome, Failure)}


def test_needs_references_and_params_arrive() -> None:
    """Everything that a reward reads."""
    base = frames.outcome_fields(Score(0.5, "fine", "Fine."))
    with serving() as parent:
        ((doubled,),) = parent.ask("doubled@v1", item("a", needs={"moody@v1": base}))
        ((matched,),) = parent.ask("matches@v1", item("YES", reference={"answer": "yes"}), params={"ignore_case": True})
    assert Score(1.0, "doubled", "Doubled.") == doubled
    assert Score(1.0, "equal", "Compared.", {"length": 3}) == matched


@pytest.mark.parametrize("completion", ["surrogate", "nan", "huge"])
def test_what_no_frame_can_carry_is_a_crash_of_its_item(completion: str) -> None:
    """The others' outcomes still arrive."""
    with serving() as parent:
        found = parent.ask("odd@v1", *(item(text, reference={"number": 1}) for text in ("a", completion, "b")))
    kinds = [outcome.reason if isinstance(outcome, Score) else outcome.kind for (outcome,) in found]
    assert ["fine", FailureKind.CRASH, "fine"] == kinds


def gilded(answer: str, completion: str = "x") -> Item:
    """Return an item for the reward that reads apart."""
    return item(completion, reference={"answer": answer})


def serials(found: list[list[Outcome]]) -> list[object]:
    """Return which reading each outcome was made with."""
    return [outcome.details["serial"] for (outcome,) in found if isinstance(outcome, Score)]


def test_a_reference_is_read_once() -> None:
    """Across items and jobs, under a limit of its own; other params are another reading."""
    with serving() as parent:
        first = serials(parent.ask("gilded@v1", gilded("a"), gilded("a", "y"), gilded("b"), limit_s=2.0))
        assert [2.0] * 5 + [0] == parent.limits
        again = serials(parent.ask("gilded@v1", gilded("a"), gilded("b")))
        other = serials(parent.ask("gilded@v1", gilded("a"), params={"suffix": "!"}))
    assert first[0] == first[1] != first[2]
    assert [first[0], first[2]] == again
    assert other[0] not in first


def test_progress_tells_reading_from_scoring() -> None:
    """A parent that finds the worker dead can tell whose fault it was."""
    with serving() as parent:
        jobs = [gilded("fine"), gilded("doze", "doze")]
        asked = threading.Thread(target=parent.ask, args=("gilded@v1", *jobs))
        asked.start()
        seen = {parent.progress[0] for _ in iter(lambda: (time.sleep(0.01), asked.is_alive())[1], False)}
        asked.join()
    assert {1, 1 | READING} <= seen


def test_reading_fails_as_a_reference_does() -> None:
    """A blank one is bad, also the second time; one too deep is bad; a defect is a crash of the items it happens to."""
    answers = ("", "", "recurse", "raise", "fine")
    with serving() as parent:
        found = [outcome for (outcome,) in parent.ask("gilded@v1", *(gilded(answer) for answer in answers))]
        ((deep,),) = parent.ask("gilded@v1", gilded("fine", "recurse"))
    bad, crash = FailureKind.BAD_REFERENCE, FailureKind.CRASH
    assert [bad, bad, bad, crash] == [outcome.kind for outcome in found if isinstance(outcome, Failure)]
    assert isinstance(deep, Score)
    assert "answer_too_expensive" == deep.reason


def test_a_group_gets_its_golds_and_needs() -> None:
    """By what they are annotated with; one bad reference leaves nothing to compare."""
    lengths = [frames.outcome_fields(Score(value, "counted", "Counted.")) for value in (1.0, 2.0)]
    group = item("a", "bb")
    for sample, worth in zip(group["samples"], ("10", "20"), strict=True):
        sample["reference"] = {"worth": worth}
    group["needs"] = [{"length@v1": length} for length in lengths]
    with serving() as parent:
        (placed,) = parent.ask("podium@v1", group)
        group["samples"][0]["reference"] = {"worth": "much"}
        (failed,) = parent.ask("podium@v1", group)
    assert [0.0, 20.0] == [outcome.value for outcome in placed if isinstance(outcome, Score)]
    assert [Failure(FailureKind.BAD_REFERENCE, "The worth is no number.")] * 2 == failed


def test_what_lasts_is_what_the_reward_said_of_the_sample() -> None:
    """A score or a bad reference; no crash, no limit of recursion, and no sample that the reward is not meant for."""
    with serving() as parent:
        moods = ("fine", "bad_reference", "not_applicable", "raise", "recurse", "nan")
        parent.ask("moody@v1", *(item(mood) for mood in moods))
        assert [True, True, False, False, False, False] == [one.lasts for (one,) in parent.answers]
        parent.ask("gilded@v1", gilded(""), gilded("recurse"), gilded("fine", "fine"))
        assert [True, False, True] == [one.lasts for (one,) in parent.answers]
