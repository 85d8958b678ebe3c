"""The file in which thresholds are kept."""

from pathlib import Path

import pytest

from service.calibration.store import CalibrationError, Store


def entry(judge: str, threshold: float, reward: str = "f@v1") -> dict[str, object]:
    """Return a calibration."""
    return {"judge": judge, "reward": reward, "threshold": threshold}


def test_each_judge_has_a_threshold_of_its_own(tmp_path: Path) -> None:
    """A later calibration of the same judge and reward takes the earlier one's place."""
    store = Store(tmp_path / "new" / "c.json")
    for each in (entry("m", 0.1), entry("n", 0.2), entry("m", 0.3, "g@v1"), entry("m", 0.4)):
        store.save(each)
    assert [0.4, 0.2] == [store.find(judge, "f@v1")["threshold"] for judge in ("m", "n")]
    assert 0.3 == store.find("m", "g@v1")["threshold"]
    assert ["c.json"] == [each.name for each in (tmp_path / "new").iterdir()]


def test_the_threshold_of_another_judge_is_never_used(tmp_path: Path) -> None:
    """The message says whose there are, and how to get one."""
    store = Store(tmp_path / "c.json")
    with pytest.raises(CalibrationError, match=r"\(it has: none\); run `touchstone calibrate DATA --reward f@v1`"):
        store.find("m", "f@v1")
    store.save(entry("m", 0.1))
    with pytest.raises(CalibrationError, match=r"for the judge m2 \(it has: m\)"):
        store.find("m2", "f@v1")
    with pytest.raises(CalibrationError, match="names no judge"):
        store.find(None, "f@v1")


def test_a_reward_that_asks_no_judge_needs_none(tmp_path: Path) -> None:
    """Its threshold holds whichever judge there is."""
    store = Store(tmp_path / "c.json")
    store.save(entry("", 0.6))
    assert [0.6, 0.6] == [store.find(judge, "f@v1")["threshold"] for judge in (None, "m")]


def test_a_precision_that_was_not_reached_is_no_threshold(tmp_path: Path) -> None:
    """Nor is the one of an earlier calibration; the message says what can be had."""
    store = Store(tmp_path / "c.json")
    figures = {"precision": 0.95, "most_precise": {"kept_precision": 0.8}}
    for each in (entry("m", 0.1), {**entry("m", 0.1), "threshold": None, "figures": figures}, entry("n", 0.2)):
        store.save(each)
    with pytest.raises(
        CalibrationError, match=r"of m for f@v1: no threshold reaches --precision 0\.95, at most 80\.0%"
    ):
        store.find("m", "f@v1")
    assert 0.2 == store.find("n", "f@v1")["threshold"]


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"calibrations": [{"judge": "m"}]}', "{oops", "\udcff"])
def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path, content: str) -> None:
    """It is neither read as a calibration nor written over."""
    path = tmp_path / "c.json"
    path.write_text(content, errors="surrogateescape")
    with pytest.raises(CalibrationError, match=r"c\.json"):
        Store(path).save(entry("m", 0.1))
    assert content == path.read_text(errors="surrogateescape")
