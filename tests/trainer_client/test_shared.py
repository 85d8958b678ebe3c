"""One answer for several askers."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from trainer_client._shared import MAX_ENTRIES, SharedAnswers


def test_asked_once_and_forgotten() -> None:
    """The answer is asked for once and dropped when everybody has it."""
    shared: SharedAnswers[int] = SharedAnswers(3)
    asked: list[int] = []

    def ask() -> int:
        asked.append(1)
        return 7

    assert [shared.take(b"key", taker, ask) for taker in range(3)] == [7, 7, 7]
    assert (len(asked), len(shared)) == (1, 0)


def test_same_taker_twice_is_another_batch() -> None:
    """Whoever comes again wants a fresh answer."""
    shared: SharedAnswers[int] = SharedAnswers(2)
    answers = iter(range(10))
    taken = [shared.take(b"key", taker, lambda: next(answers)) for taker in (0, 0, 1, 1, 0)]
    assert taken == [0, 1, 1, 2, 2]
    assert len(shared) == 0


def test_everybody_waits_for_one() -> None:
    """Takers at the same time wait for the one who asks."""
    shared: SharedAnswers[int] = SharedAnswers(8)
    asked: list[int] = []
    gate = threading.Barrier(8)

    def ask() -> int:
        asked.append(1)
        threading.Event().wait(0.05)
        return 7

    def take(taker: int) -> int:
        gate.wait()
        return shared.take(b"key", taker, ask)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(take, range(8))) == [7] * 8
    assert (len(asked), len(shared)) == (1, 0)


def test_everybody_gets_the_error() -> None:
    """An error is everybody's, and is not kept."""
    shared: SharedAnswers[int] = SharedAnswers(2)
    began, go_on = threading.Event(), threading.Event()

    def fail() -> int:
        began.set()
        go_on.wait(5)
        raise OSError("gone")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shared.take, b"key", 0, fail)
        began.wait(5)
        second = pool.submit(shared.take, b"key", 1, lambda: 7)
        threading.Event().wait(0.02)
        go_on.set()
        for future in (first, second):
            with pytest.raises(OSError, match="gone"):
                future.result(5)
    assert len(shared) == 0


def test_nobody_else_comes() -> None:
    """Answers that are never fetched do not pile up."""
    shared: SharedAnswers[int] = SharedAnswers(2)
    for key in range(1000):
        shared.take(str(key).encode(), 0, lambda: 7)
    assert len(shared) == MAX_ENTRIES
