"""What goes wrong, timed: a hostile sample in a batch of 64, the start, and the memory.

The hostile answer is a power tower that no computer algebra finishes. `neighbours changed` counts the outcomes of the
other 63 that differ from those of the same batch without it.

    python -m benchmarks.faults [--reward ID] [--repeat N]
"""

import argparse
import sys
from pathlib import Path
from statistics import median

from benchmarks.figures import show, timed
from benchmarks.serving import Service, default_reward, serving
from rewards.registry import discover
from trainer_client import RewardClient, Sample, Score

_TOWER = Sample(r"so \boxed{9^{9^{9^{9}}}}", {"answer": "72"})
_PLACE = 20


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description="A hostile sample, the start and the memory.")
    parser.add_argument("--reward", default=default_reward(), help="the reward to ask the service for")
    parser.add_argument("--repeat", type=int, default=3, help="how often to start a service")
    options = parser.parse_args()
    good = [Sample(rf"so \boxed{{{number}}}", {"answer": str(number % 50)}) for number in range(63)]
    batch = [*good[:_PLACE], _TOWER, *good[_PLACE:]]
    starts, alone_s, beside_s, changed, verdicts, memory = [], [], [], 0, set(), ""
    for _ in range(options.repeat):
        with serving(memo_entries="0") as service, RewardClient(service.url) as client:
            starts.append(service.ready_s)
            client.score(options.reward, good)
            seconds, alone = timed(lambda: client.score(options.reward, good))
            alone_s.append(seconds)
            seconds, beside = timed(lambda: client.score(options.reward, batch))
            beside_s.append(seconds)
            changed += sum(
                one != other for one, other in zip(alone, beside[:_PLACE] + beside[_PLACE + 1 :], strict=True)
            )
            tower = beside[_PLACE]
            verdicts.add(tower.reason if isinstance(tower, Score) else tower.kind)
            memory = resident(service)
    budget = discover()[options.reward].budget_s
    show(
        f"{options.reward}, a budget of {budget:g} CPU seconds a sample, default settings, {options.repeat} services.",
        ("what", "figure"),
        [
            ("batch of 63", f"{median(alone_s) * 1000:,.0f} ms"),
            ("the same with one hostile sample", f"{median(beside_s):.2f} s (at most {max(beside_s):.2f} s)"),
            ("outcome of the hostile sample", ", ".join(sorted(verdicts))),
            ("neighbours changed", str(changed)),
            ("start to ready", f"{median(starts):.2f} s (at most {max(starts):.2f} s)"),
            ("resident memory", memory),
        ],
    )
    return 0


def resident(service: Service) -> str:
    """Return the resident memory of the service and of each process below it, in MB."""
    sizes = []
    for pid in service.pids():
        fields = dict(
            line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Vm")
        )
        sizes.append(int(fields["VmRSS"].split()[0]) / 1000)
    below = ", ".join(f"{size:.0f}" for size in sizes[1:])
    return f"service {sizes[0]:.0f} MB; forkserver, its tracker and workers {below} MB (shared pages counted in each)"


if __name__ == "__main__":
    sys.exit(main())
