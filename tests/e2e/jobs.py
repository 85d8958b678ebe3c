"""A GRPO run of two ranks as processes of their own, started and watched by torch's launcher."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from signal import SIGKILL
from typing import Any

from tests.e2e.ranks import RANKS

_LAUNCHER = ("-m", "torch.distributed.run", "--standalone", "--local-addr", "127.0.0.1", "--nproc-per-node", str(RANKS))
_START_S = 120.0
"""Two processes load torch on a busy machine."""


class Job:
    """The run, and what lies in its folder.

    Args:
        process: The launcher.
        folder: Where the ranks write.
    """

    def __init__(self, process: subprocess.Popen[bytes], folder: Path) -> None:
        self.process = process
        self.folder = folder

    @property
    def is_running(self) -> bool:
        """Whether the launcher and every rank are there."""
        return self.process.poll() is None and all(_lives(self._pid(rank)) for rank in range(RANKS))

    @property
    def is_gone(self) -> bool:
        """Whether no process of it is left."""
        return self.process.poll() is not None and not any(_lives(self._pid(rank)) for rank in range(RANKS))

    @property
    def said(self) -> str:
        """What the launcher and the ranks have said."""
        return (self.folder / "said").read_text(encoding="utf-8")

    def lines(self, rank: int) -> list[dict[str, Any]]:
        """Return the rank's log of completions as far as it is written."""
        file = self.folder / ("completions.jsonl" if rank == 0 else f"completions.rank{rank}.jsonl")
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        return [json.loads(line) for line in text.splitlines(keepends=True) if line.endswith("\n")]

    def result(self, rank: int) -> dict[str, Any]:
        """Return what the rank came to."""
        found: dict[str, Any] = json.loads((self.folder / f"rank{rank}.json").read_text(encoding="utf-8"))
        return found

    def wait_step(self, step: int, rank: int) -> None:
        """Return when the rank has had the rewards of a step."""
        ends_at = time.monotonic() + _START_S
        while not any(line["step"] >= step for line in self.lines(rank)):
            assert time.monotonic() < ends_at, self.said
            assert self.process.poll() is None, self.said
            time.sleep(0.02)

    def wait(self, timeout_s: float) -> int:
        """Return the launcher's exit status."""
        return self.process.wait(timeout_s)

    def end(self) -> None:
        """End what is left of it."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(10)
        self.process.kill()
        self.process.wait()
        for rank in range(RANKS):
            with suppress(OSError, ValueError):
                os.kill(self._pid(rank), SIGKILL)

    def _pid(self, rank: int) -> int:
        return int((self.folder / f"rank{rank}.pid").read_text(encoding="utf-8"))


@contextmanager
def job(model: Path, folder: Path, urls: Sequence[str], deadline_s: float = 60.0) -> Iterator[Job]:
    """Start a run; end it afterwards.

    Args:
        model: The folder of the model to begin with.
        folder: Where the ranks write.
        urls: The service, or one for each rank.
        deadline_s: How long a batch may take.
    """
    asked = ["--model", str(model), "--out", str(folder), "--deadline-s", str(deadline_s), "--url", *urls]
    alone = {"HF_HUB_OFFLINE": "1", "GLOO_SOCKET_IFNAME": "lo", "OMP_NUM_THREADS": "1"}
    with (folder / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *_LAUNCHER, "--module", "tests.e2e.ranks", *asked],
            env=os.environ | alone,
            stdout=said,
            stderr=subprocess.STDOUT,
        )
    running = Job(process, folder)
    try:
        yield running
    finally:
        running.end()


def _lives(pid: int) -> bool:
    """Whether a process of this id is there."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
