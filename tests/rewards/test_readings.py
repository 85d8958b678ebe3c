"""What a worker remembers of references."""

from rewards.declare import Reading
from rewards.readings import MAX_KEY_BYTES, Readings, key_of
from rewards.registry import discover

GILDED = discover("tests.pool_rewards")["gilded@v1"]
PARAMS = GILDED.params()


def read(readings: Readings, answer: str) -> Reading:
    """Read a reference, or find it."""
    fields: dict[str, object] = {"answer": answer}
    key = key_of(GILDED.id, {}, fields)
    _, reading = readings.find(key) or readings.read(key, GILDED, fields, PARAMS)
    return reading


def test_the_one_used_longest_ago_goes_first() -> None:
    """The bound holds, and a hit counts as use."""
    readings = Readings(max_kept=2)
    first, second = read(readings, "1"), read(readings, "2")
    assert first is read(readings, "1")
    read(readings, "3")
    assert 2 == len(readings)
    assert first is read(readings, "1")
    assert second is not read(readings, "2")


def test_long_references_are_not_kept() -> None:
    """They would fill the memory that a worker has for its items."""
    readings = Readings()
    read(readings, "x" * MAX_KEY_BYTES)
    assert 0 == len(readings)


def test_a_key_holds_all_that_a_reading_depends_on() -> None:
    """The reward, the params and the reference, in whatever order their fields come."""
    keys = [key_of("a@v1", {}, {"x": 1}), key_of("b@v1", {}, {"x": 1}), key_of("a@v1", {"x": 1}, {})]
    assert 3 == len(set(keys))
    assert key_of("a@v1", {"x": 1, "y": 2}, {}) == key_of("a@v1", {"y": 2, "x": 1}, {})
