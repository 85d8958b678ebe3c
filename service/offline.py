"""Scoring without HTTP: the same scorer and worker pool as the service's, for a command or a script."""

import os
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from rewards.registry import Registry
from rewards.types import Judge
from service.judging.bench import Bench
from service.judging.nobody import NoJudge
from service.memo import Memo
from service.pool import Pool
from service.scoring import Scorer
from service.settings import MEBIBYTE

_MAX_TEXT_CHARS = 10_000_000
_MAX_QUEUED = 100_000_000
"""No caller but one waits here, however many names it goes by."""


def _no_judge(_: str) -> Judge:
    return NoJudge()


@asynccontextmanager
async def offline_scorer(
    registry: Registry, package: str = "rewards", judge_for: Callable[[str], Judge] = _no_judge
) -> AsyncIterator[Scorer]:
    """Yield a scorer with a pool of its own, which remembers nothing; the pool ends with the block.

    Args:
        registry: The rewards of the package.
        package: What the workers discover.
        judge_for: Returns whom judged rewards ask, for the team that a call names; by default nobody.
    """
    pool = Pool(package, workers=os.cpu_count() or 1, memory_bytes=1024 * MEBIBYTE, max_queued=_MAX_QUEUED)
    await pool.start()
    try:
        yield Scorer(registry, pool, Bench(judge_for), max_text_chars=_MAX_TEXT_CHARS, memo=Memo(0, 0))
    finally:
        await pool.stop()
