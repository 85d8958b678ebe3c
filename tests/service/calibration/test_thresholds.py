"""Where to draw the line."""

from hypothesis import given
from hypothesis import strategies as st

from service.calibration.metrics import Verdict, detection
from service.calibration.thresholds import best_f1, for_precision, most_precise, thresholds

VALUES = st.sampled_from([0.0, 0.1, 0.25, 1 / 3, 0.5, 0.7, 1.0]) | st.floats(min_value=0, max_value=1)
VERDICTS = st.lists(st.builds(Verdict, st.none() | st.just(0), st.none(), VALUES))


def verdict(value: float, *, is_right: bool) -> Verdict:
    """Return what was said of a solution."""
    return Verdict(None if is_right else 0, None, value)


def test_the_best_line_by_hand() -> None:
    """Between 0.4 and 0.6 one mistake is missed and no alarm is false: F1 is 4/5, as nowhere else."""
    verdicts = [
        verdict(0.1, is_right=False),
        verdict(0.4, is_right=False),
        verdict(0.6, is_right=True),
        verdict(0.7, is_right=True),
        verdict(0.8, is_right=False),
        verdict(0.9, is_right=True),
    ]
    best = best_f1(verdicts)
    assert best is not None
    assert (0.5, 0.8) == (best.value, best.detection.f1)
    precise = for_precision(verdicts, 0.9)
    assert precise is not None
    assert (0.85, 1.0) == (round(precise.value, 9), precise.detection.kept_precision)


def test_where_no_line_is_good_enough_there_is_none() -> None:
    """The highest value belongs to a wrong solution; and of nothing but right ones nothing can be seen."""
    assert for_precision([verdict(0.1, is_right=True), verdict(0.9, is_right=False)], 0.9) is None
    assert best_f1([verdict(0.1, is_right=True), verdict(0.9, is_right=True)]) is None
    assert best_f1([verdict(0.0, is_right=False), verdict(0.0, is_right=True)]) is None
    assert [] == list(thresholds([]))


@given(VERDICTS)
def test_a_line_tells_what_it_says(verdicts: list[Verdict]) -> None:
    """Counting anew with the threshold's value comes to the same, and there is one for each different value."""
    found = list(thresholds(verdicts))
    assert len({each.value for each in verdicts}) == len(found)
    for each in found:
        assert each.detection == detection(verdicts, lambda verdict, line=each.value: verdict.value < line)


@given(VERDICTS, st.floats(min_value=0, max_value=1))
def test_no_other_line_is_better(verdicts: list[Verdict], precision: float) -> None:
    """The best F1 is the highest; the line for a precision is the lowest that has it."""
    found = list(thresholds(verdicts))
    best, precise = best_f1(verdicts), for_precision(verdicts, precision)
    if best is not None:
        assert (best.detection.f1 or 0) == max(each.detection.f1 or 0 for each in found)
    good = [each.value for each in found if (each.detection.kept_precision or 0.0) >= precision]
    assert (None if precise is None else precise.value) == min(good, default=None)
    most = most_precise(verdicts)
    assert (None if most is None else for_precision(verdicts, most.detection.kept_precision or 0.0)) == most
