"""Scoring without HTTP: the same scorer and worker pool as the service's, for a command or a script."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rewards.registry import Registry
from service.memo import Memo
from service.pool import Pool
from service.scoring import Scorer
from service.settings import MEBIBYTE

_MAX_TEXT_CHARS = 10_000_000


@asynccontextmanager
async def offline_scorer(registry: Registry, package: str = "rewards") -> AsyncIterator[Scorer]:
    """Yield a scorer with a pool of its own, which remembers nothing; the pool ends with the block.

    Args:
        registry: The rewards of the package.
        package: What the workers discover.
    """
    pool = Pool(package, workers=os.cpu_count() or 1, memory_bytes=1024 * MEBIBYTE)
    await pool.start()
    try:
        yield Scorer(registry, pool, max_text_chars=_MAX_TEXT_CHARS, memo=Memo(0, 0))
    finally:
        await pool.stop()
