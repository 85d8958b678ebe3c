"""Single outcomes out of a packed list."""

import orjson
import pytest

from service.record.outcomes import listed, pick, whole
from service.record.packing import compress, pack
from tests.service.record.recorded import failed, scored

NASTY = [scored(1.0, each) for each in ("},{", '},{"', "\n", ",\n", "]", "\\", '"status":"')]


@pytest.mark.parametrize("outcomes", [[], [scored(0.0)], [failed("crash"), scored(1.0), failed("deadline")], NASTY])
def test_each_is_found_where_it_was_put(outcomes: list[dict[str, object]]) -> None:
    """Whatever its texts hold, and whether or not it has a line of its own."""
    for frame in (compress(listed(map(orjson.dumps, outcomes))), pack(outcomes)):
        assert dict(enumerate(outcomes)) == pick(frame, range(len(outcomes)), len(outcomes))
        assert {} == pick(frame, [len(outcomes), -1], len(outcomes))
        shown = orjson.loads(orjson.dumps(whole(frame, len(outcomes))))
        assert [{"id": None, **each} for each in outcomes] == shown
