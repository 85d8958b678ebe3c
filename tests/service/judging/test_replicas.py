"""Two services on one PostgreSQL, each with a judge's cache of its own: a team's limit holds for both together."""

from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from benchmarks.judge import samples
from tests.service.databases import postgresql_database
from tests.service.judging.scripted_server import scripted_process
from tests.service.test_process import Service, running

REWARD = "faithfulness@v1"
TOKENS = 20_000
MOST = 3_000
"""More than a call can cost."""


def score(replica: Service, batch: Sequence[dict[str, Any]]) -> Counter[str]:
    """Return how many outcomes there are of each kind."""
    reply = httpx.post(f"{replica.url}/v1/rewards/{REWARD}/score", json={"samples": batch}, timeout=60)
    outcomes = reply.raise_for_status().json()["outcomes"]
    return Counter(each["kind"] if each["status"] == "failed" else "scored" for each in outcomes)


@pytest.mark.e2e
def test_a_limit_holds_for_both(postgresql_url: str, tmp_path: Path) -> None:
    """Asked at the same time for more than it pays; both tell the same sum."""
    folders = [tmp_path / name for name in ("1", "2")]
    for folder in folders:
        folder.mkdir()
    with postgresql_database(postgresql_url) as url, scripted_process("fair", 20) as judge:
        environment = {
            "TOUCHSTONE_DATABASE_URL": url,
            "TOUCHSTONE_WORKERS": "1",
            "TOUCHSTONE_JUDGE_URL": judge,
            "TOUCHSTONE_JUDGE_MODEL": "scripted",
            "TOUCHSTONE_JUDGE_BUDGET_TOKENS": str(TOKENS),
        }
        with (
            running(folders[0], **environment, TOUCHSTONE_JUDGE_CACHE=str(folders[0] / "judge")) as one,
            running(folders[1], **environment, TOUCHSTONE_JUDGE_CACHE=str(folders[1] / "judge")) as two,
            ThreadPoolExecutor(2) as threads,
        ):
            for replica in (one, two):  # until then the judge is not examined
                assert Counter(scored=1) == score(replica, samples(replica.url, 1))
            found = list(threads.map(score, (one, two), (samples("one", 100), samples("two", 100))))
            told = [spent(replica) for replica in (one, two)]
    assert all(each["judge_unavailable"] + each["scored"] == 100 for each in found)
    assert all(each["judge_unavailable"] for each in found)
    assert told[0] == told[1]
    assert TOKENS - MOST < told[0] <= TOKENS


def spent(replica: Service) -> int:
    """Return the tokens that everybody's team has used today."""
    return int(httpx.get(f"{replica.url}/v1/judge", timeout=30).json()["spent_today_tokens"])
