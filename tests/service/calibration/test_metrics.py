"""What a judge is worth, beside figures worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.calibration.metrics import (
    Detection,
    FirstMistake,
    Verdict,
    calibration_error,
    detection,
    first_mistake,
    reliability,
)

STEPS = st.none() | st.integers(min_value=0, max_value=5)
VERDICTS = st.lists(st.builds(Verdict, STEPS, STEPS, st.floats(min_value=0, max_value=1)))
HAND = [
    Verdict(1, 1, 0.05),  # the step itself
    Verdict(2, 0, 0.25),  # a mistake, another step
    Verdict(3, None, 0.95),  # missed
    Verdict(None, None, 0.85),  # right
    Verdict(None, 4, 0.15),  # a false alarm
    Verdict(None, None, 1.0),  # right
]


def sees(verdict: Verdict) -> bool:
    """Return whether a step was named."""
    return verdict.said is not None


def test_detection_by_hand() -> None:
    """Two of three mistakes are seen, and one alarm is false."""
    found = detection(HAND, sees)
    assert Detection(found=2, missed=1, alarms=1, passed=2) == found
    assert (2 / 3, 2 / 3, 2 / 3) == (found.precision, found.recall, found.f1)
    assert (2 / 3, 2 / 3) == (found.kept_precision, found.kept_recall)


def test_first_mistake_by_hand() -> None:
    """One of three is named exactly, two of three right ones are let pass; a failure counts as wrong where asked."""
    found = first_mistake(HAND)
    assert FirstMistake(1 / 3, 2 / 3) == found
    assert pytest.approx(4 / 9) == found.f1
    assert FirstMistake(1 / 4, 2 / 4) == first_mistake(HAND, [0, None])


def test_calibration_error_by_hand() -> None:
    """Each value lies in a tenth of its own but the two highest, 0.95 and 1.0, of which one is right."""
    bins = reliability(HAND)
    assert [
        (0.0, 1, 0.05, 0.0),
        (0.1, 1, 0.15, 1.0),
        (0.2, 1, 0.25, 0.0),
        (0.8, 1, 0.85, 1.0),
        (0.9, 2, 0.975, 0.5),
    ] == [(each.low, each.count, each.value, each.right) for each in bins]
    assert pytest.approx((0.05 + 0.85 + 0.25 + 0.15 + 2 * 0.475) / 6) == calibration_error(bins)


def test_of_nothing_nothing_is_known() -> None:
    """No figure is made up."""
    found = detection([], sees)
    assert (None, None, None, None, None) == (
        found.precision,
        found.recall,
        found.f1,
        found.kept_precision,
        found.kept_recall,
    )
    assert first_mistake([]).f1 is None
    assert calibration_error([]) is None
    assert 0.0 == FirstMistake(0.0, 0.0).f1


@given(VERDICTS)
def test_figures_are_shares(verdicts: list[Verdict]) -> None:
    """Every solution is counted once, and every figure lies between 0 and 1."""
    found, first, bins = detection(verdicts, sees), first_mistake(verdicts), reliability(verdicts)
    assert len(verdicts) == found.found + found.missed + found.alarms + found.passed
    assert len(verdicts) == sum(each.count for each in bins)
    assert all(each.low - 1e-9 <= each.value <= each.high + 1e-9 for each in bins)
    for figure in (found.precision, found.recall, found.f1, first.erroneous, first.f1, calibration_error(bins)):
        assert figure is None or 0 <= figure <= 1


@given(VERDICTS)
def test_naming_the_step_is_harder_than_seeing_a_mistake(verdicts: list[Verdict]) -> None:
    """And a judge that knows the labels is perfect in both."""
    assert (first_mistake(verdicts).erroneous or 0) <= (detection(verdicts, sees).recall or 0)
    told = [Verdict(each.label, each.label, float(each.label is None)) for each in verdicts]
    assert first_mistake(told).f1 in {1.0, None}
    assert calibration_error(reliability(told)) in {0.0, None}
