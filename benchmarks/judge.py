"""A thousand judged samples beside the bare `openai` client that makes the same calls.

The judge is a scripted server in a process of its own, with a fixed latency, so what is measured is everything else.
The peer sends the very bodies that the service sent, from this process, at the same concurrency. Service, peer, judge
and workers share the machine's cores.

    python -m benchmarks.judge [--samples N] [--latency-ms N] [--concurrency N] [--repeat N]
        [--budget-tokens N] [--database-url URL]
"""

import argparse
import asyncio
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import httpx
import openai

from benchmarks.figures import show
from benchmarks.serving import Service, serving
from tests.service.judging.scripted_server import scripted_process

_REWARD = "faithfulness@v1"
_TARGET = 1.3
_LAG_TARGET_MS = 50
_TIMEOUT_S = 600.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One measurement of everything."""

    cold_s: float
    peer_s: float
    calls: int
    """Calls that the service made for the cold batch."""
    again_s: float
    again_calls: int
    lag_ms: float
    scored: int


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Judged samples beside the bare client.")
    parser.add_argument("--samples", type=int, default=1000, help="samples in the batch")
    parser.add_argument("--latency-ms", type=float, default=50, help="how long the judge takes for each reply")
    parser.add_argument("--concurrency", type=int, default=64, help="calls at a time, of the service and of the peer")
    parser.add_argument("--recheck-share", type=float, default=0.0, help="share of cached answers to ask for again")
    parser.add_argument("--repeat", type=int, default=3, help="how often to measure")
    parser.add_argument("--budget-tokens", help="what the team may use, so that each call sets aside what it may cost")
    parser.add_argument("--database-url", help="where the service keeps what it keeps; by default a SQLite file")
    options = parser.parse_args()
    chosen = {"judge_budget_tokens": options.budget_tokens, "database_url": options.database_url}
    with (
        tempfile.TemporaryDirectory() as folder,
        scripted_process("fair", options.latency_ms) as judge,
        serving(
            judge_url=judge,
            judge_model="scripted",
            judge_concurrency=str(options.concurrency),
            judge_cache=str(Path(folder, "judge.sqlite3")),
            judge_recheck_share=str(options.recheck_share),
            **{name: value for name, value in chosen.items() if value is not None},
        ) as service,
    ):
        _score(service, samples("warm", 1))  # finds out the dialect and examines the judge
        turns = [_turn(service, judge, turn, options) for turn in range(options.repeat)]
    print_table(turns, options)
    return 0 if all(turn.scored == options.samples for turn in turns) else 1


def samples(salt: str, count: int) -> list[dict[str, Any]]:
    """Return samples that differ from each other and from any other salt's, and that reach the judge."""
    return list(_samples(salt, count))


def _samples(salt: str, count: int) -> Iterator[dict[str, Any]]:
    for number in range(count):
        pens, price = 3 + number % 47, 2 + number // 47
        total = pens * price
        yield {
            "prompt": f"Order {salt}-{number}: Mia buys {pens} pens at {price} dollars each and a book for 12 dollars. "
            "How many dollars does she spend in all?",
            "completion": f"First we find what the pens of order {salt}-{number} cost.\n"
            f"There are {pens} pens at {price} dollars each, so they cost {pens} * {price} = {total} dollars.\n"
            f"The book costs 12 dollars, so together she spends {total} + 12 = {total + 12} dollars.\n"
            f"The answer is {total + 12}.",
        }


def print_table(turns: list[Turn], options: argparse.Namespace) -> None:
    """Print the medians."""
    peer = median(turn.peer_s for turn in turns)
    ratios = sorted(turn.cold_s / turn.peer_s for turn in turns)
    lag = max(turn.lag_ms for turn in turns)
    show(
        f"{options.samples:,} samples of {_REWARD}, a judge that takes {options.latency_ms:g} ms, "
        f"{options.concurrency} calls at a time; rechecks {options.recheck_share:.0%}; "
        f"{'a limit' if options.budget_tokens else 'no limit'} on what a team may use; default settings otherwise.",
        ("what", "seconds, median", "times the peer (range)", "calls"),
        [
            ("openai client alone, the same calls", f"{peer:.2f}", "1.00", f"{turns[0].calls:,}"),
            (
                "touchstone over HTTP, caches empty",
                f"{median(turn.cold_s for turn in turns):.2f}",
                f"{median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f}; target {_TARGET})",
                f"{turns[0].calls:,}",
            ),
            (
                "touchstone over HTTP, again",
                f"{median(turn.again_s for turn in turns):.2f}",
                f"{median(turn.again_s / turn.peer_s for turn in turns):.2f}",
                f"{max(turn.again_calls for turn in turns):,}",
            ),
            ("longest block of the event loop", f"{lag:.0f} ms", f"target {_LAG_TARGET_MS} ms", ""),
        ],
    )


def _turn(service: Service, judge: str, turn: int, options: argparse.Namespace) -> Turn:
    batch = samples(f"turn{turn}", options.samples)
    before = _calls(judge)
    _lag(service)
    cold_s, scored = _score(service, batch)
    bodies = _calls(judge)[len(before) :]
    again_s, _ = _score(service, batch)
    lag_ms = _lag(service)
    again_calls = len(_calls(judge)) - len(before) - len(bodies)
    peer_s = asyncio.run(_peer(judge, bodies, options.concurrency))
    return Turn(cold_s, peer_s, len(bodies), again_s, again_calls, lag_ms, scored)


def _score(service: Service, batch: list[dict[str, Any]]) -> tuple[float, int]:
    """Return the seconds that a batch took, and how many of its samples have a value."""
    body = {"samples": batch, "deadline_ms": int(_TIMEOUT_S * 1000)}
    started = time.perf_counter()
    reply = httpx.post(f"{service.url}/v1/rewards/{_REWARD}/score", json=body, timeout=_TIMEOUT_S, trust_env=False)
    seconds = time.perf_counter() - started
    outcomes = reply.raise_for_status().json()["outcomes"]
    return seconds, sum(outcome["status"] == "scored" for outcome in outcomes)


def _lag(service: Service) -> float:
    return float(httpx.get(f"{service.url}/lag", timeout=60, trust_env=False).json())


def _calls(judge: str) -> list[dict[str, Any]]:
    """Return the bodies of all chat completions that the judge was asked for."""
    reply = httpx.get(f"{judge.removesuffix('/v1')}/calls", timeout=60, trust_env=False)
    bodies: list[dict[str, Any]] = reply.json()["bodies"]
    return bodies


async def _peer(judge: str, bodies: list[dict[str, Any]], concurrency: int) -> float:
    """Return the seconds that the bare client takes for the same calls."""
    slots = asyncio.Semaphore(concurrency)
    async with openai.AsyncOpenAI(base_url=judge, api_key="none", timeout=_TIMEOUT_S) as client:

        async def call(body: dict[str, Any]) -> None:
            async with slots:
                await client.chat.completions.create(**body)

        started = time.perf_counter()
        await asyncio.gather(*map(call, bodies))
        return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
