"""Keeping away from a database that does not answer."""

from service.record.breaker import Breaker
from tests.service.record.recording import Clock


def test_one_tries_after_a_pause_that_grows() -> None:
    """A second, then two, to thirty at most; and a success ends it."""
    clock = Clock()
    breaker = Breaker(clock)
    assert breaker.admits()
    for pause_s in (1, 2, 4, 8, 16, 30, 30):
        assert breaker.failed() == (pause_s == 1)
        assert not breaker.admits()
        clock.now += pause_s + 0.001
        assert [True, False] == [breaker.admits(), breaker.admits()]
    assert [True, False] == [breaker.succeeded(), breaker.succeeded()]
    assert [True, True] == [breaker.admits(), breaker.admits()]
