"""What is noted of answers is counted."""

from service.call import Notes
from service.metering.answers import AnswerCounts


def test_notes_are_added_up() -> None:
    """Those of several answers."""
    counts = AnswerCounts()
    counts.count(Notes(is_unrecorded=True, problem="quota"))
    counts.count(Notes(is_replayed=True, seconds={"score": 0.002}))
    counts.count(Notes(is_unrecorded=True, seconds={"score": 0.5, "record": 400.0}))
    found = {
        (sample.name, *sample.labels.values()): sample.value for metric in counts.collect() for sample in metric.samples
    }
    assert 2 == found["touchstone_unrecorded_total",]
    assert 1 == found["touchstone_replayed_total",]
    assert 1 == found["touchstone_problems_total", "quota"]
    assert 2 == found["touchstone_stage_seconds_count", "score"]
    assert 0.502 == found["touchstone_stage_seconds_sum", "score"]
    assert (0, 1) == tuple(found["touchstone_stage_seconds_bucket", "record", bound] for bound in ("300.0", "+Inf"))
