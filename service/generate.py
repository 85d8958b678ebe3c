"""Writes what is generated from the declarations: `openapi.yaml` and `docs/rewards.md`.

`python -m service.generate` writes them into the current folder, the project's; with `--check` it only says whether
they are current.
"""

import argparse
import asyncio
import sys
from pathlib import Path

import yaml

from rewards.digest import digests
from rewards.registry import Registry, discover
from service import reward_pages, telemetry
from service.app import create_app
from service.pool import Pool
from service.settings import MEBIBYTE, Settings
from service.stress.matrix import stress_all

_CASES = Path("tests/rewards/cases")


def main() -> int:
    """Write the files, or compare them; return 1 where they differ."""
    parser = argparse.ArgumentParser(description="Write openapi.yaml and docs/rewards.md.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail where a file is not current")
    check = parser.parse_args().check
    registry = discover()
    matrices = asyncio.run(stress_all(registry))
    stale = []
    for path, text in (
        (Path("openapi.yaml"), openapi(registry)),
        (Path("docs/rewards.md"), reward_pages.render(registry, matrices, _CASES)),
    ):
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(str(path))
        if not check:
            path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"not current: {', '.join(stale)}; run `make generate`\n")
        return 1
    return 0


def openapi(registry: Registry) -> str:
    """Return the OpenAPI document as YAML."""
    pool = Pool("rewards", workers=1, memory_bytes=MEBIBYTE)
    app = create_app(Settings.model_construct(), registry, digests(registry), pool, telemetry.quiet())
    return yaml.safe_dump(app.openapi(), sort_keys=True, allow_unicode=True, width=110)


if __name__ == "__main__":
    sys.exit(main())
