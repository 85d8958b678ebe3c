"""Long reasoning: 256 completions of 60 KB each, beside TRL's own function and beside a route that only reads them.

The texts are those of `../shared/data/grpo_batch`, one after another, before one final boxed answer. No completion is
sent twice, so nothing is remembered. The bodies are serialised beforehand and sent over one connection, to the reward
and to a no-op route of the same server process in turns. TRL runs in this process with its timeouts on.

    python -m benchmarks.long_answers [--reward ID] [--data FOLDER] [--repeat N]
"""

import sys
from functools import partial
from itertools import cycle
from statistics import median

import orjson
from trl.rewards import accuracy_reward

from benchmarks.figures import show, spread, timed
from benchmarks.grpo_batch import Row, options, read
from benchmarks.load import load, request
from benchmarks.serving import serving

_COMPLETIONS = 256
_CHARS = 60_000


def main() -> int:
    """Print the table; return 1 where the data is not there."""
    asked = options("Completions of 60 KB: this service, TRL and a no-op route.")
    if asked is None:
        return 1
    rows = read(asked.file)
    path = f"/v1/rewards/{asked.reward}/score"
    seconds: dict[str, list[float]] = {name: [] for name in ("touchstone", "no-op route", "TRL")}
    right: dict[str, int] = {}
    with serving() as service:
        load("127.0.0.1", service.port, [body(path, long_answers(rows, "warm-up")[:32])], 1)
        for turn in range(asked.repeat):
            batch = long_answers(rows, f"turn {turn}")
            for name, place in (("touchstone", path), ("no-op route", "/noop")):
                tally = load("127.0.0.1", service.port, [body(place, batch)], 1)
                seconds[name].append(tally.seconds)
                if name == "touchstone":
                    right[name] = sum(one["value"] == 1.0 for one in orjson.loads(tally.bodies[0])["outcomes"])
            took, values = timed(partial(trl, batch))
            seconds["TRL"].append(took)
            right["TRL"] = sum(value == 1.0 for value in values)
    ours = median(seconds["touchstone"])
    show(
        f"{_COMPLETIONS} completions of {_CHARS:,} characters with a right final answer; {asked.reward}, default "
        "settings; TRL in one process with its 10 s and 5 s timeouts on.",
        ("side", "ms, median (range)", "completions/s", "its time, in touchstone's", "found right"),
        [
            (
                name,
                spread(each),
                f"{_COMPLETIONS / median(each):,.0f}",
                f"{median(each) / ours:.2f}",
                str(right.get(name, "")),
            )
            for name, each in seconds.items()
        ],
    )
    return 0


def long_answers(rows: list[Row], salt: str) -> list[Row]:
    """Return long completions, all different from each other and from any other salt's."""
    reasoning = "\n\n".join(row.completion.replace("\\boxed", "") for row in rows)
    long = []
    for number, row in zip(range(_COMPLETIONS), cycle(rows[::8]), strict=False):
        start = number * 1_000 % (len(reasoning) - _CHARS)
        end = f"\n\nThe final answer is $\\boxed{{{row.answer}}}$."
        text = f"{salt}, {number}: {reasoning[start : start + _CHARS]}"[: _CHARS - len(end)] + end
        long.append(Row(text, row.answer, label=True))
    return long


def body(path: str, batch: list[Row]) -> bytes:
    """Return one request of the whole batch."""
    samples = [{"completion": row.completion, "reference": {"answer": row.answer}} for row in batch]
    return request(path, orjson.dumps({"samples": samples}))


def trl(batch: list[Row]) -> list[float | None]:
    """Score the batch as a trainer does with TRL's own function."""
    completions = [[{"role": "assistant", "content": row.completion}] for row in batch]
    return list(accuracy_reward(completions, [f"${row.answer}$" for row in batch]))


if __name__ == "__main__":
    sys.exit(main())
