#!/usr/bin/env bash
# Carries out the Dockerfile's steps in a clean virtual environment, for machines without a Docker engine.
# PYTHON chooses the interpreter. What only an engine can show is not shown: see docs/operations.md.
set -euo pipefail

python=$(command -v "${PYTHON:-python3}")
tree=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
service=
trap '[[ -z $service ]] || kill -KILL "$service" 2>/dev/null || true; rm -rf "$work"' EXIT
chmod 755 "$work"
mkdir "$work/src" "$work/cwd"
mkdir -m 1777 "$work/tmp"

say() { printf 'image-steps: %s\n' "$*"; }

say "copy what the Dockerfile copies, and nothing else"
tar -C "$tree" --exclude=__pycache__ -cf - \
    pyproject.toml README.md LICENSE requirements.lock rewards service trainer_client | tar -C "$work/src" -xf -

say "install into a new virtual environment of $("$python" --version)"
"$python" -m venv "$work/venv"
in_venv="$work/venv/bin/python"
(cd "$work/src" && "$in_venv" -m pip install --quiet --quiet --disable-pip-version-check \
    --constraint requirements.lock '.[service,postgres,otel]')
rm -rf "$work/src"

cd "$work/cwd"
"$in_venv" - <<'PYTHON'
from importlib.util import find_spec

heavy = [name for name in ("torch", "transformers", "datasets", "trl") if find_spec(name)]
assert not heavy, f"the image must not contain {heavy}"
PYTHON
chmod 555 "$work/cwd"

# Changes the user as `USER 10001:10001` does, where that is possible, and then becomes the service.
start='
import os, sys
if sys.argv[1] == "10001":
    os.setgroups([]); os.setgid(10001); os.setuid(10001)
os.execv(sys.executable, [sys.executable, "-m", "service"])
'
user=$(id -u)
if [[ $user == 0 ]] && "$in_venv" -c '
import os, subprocess, sys
sys.exit(subprocess.run([sys.executable, "-c", ""], user=10001, group=10001, extra_groups=[]).returncode)
' 2>/dev/null; then
    user=10001
fi
say "make the folder for what is kept"
install --directory --mode 700 "$work/data"
[[ $user != 10001 ]] || chown 10001:10001 "$work/data"

say "start the service as user $user in a folder that is not writable"
env -i PATH="$work/venv/bin:/usr/bin:/bin" TMPDIR="$work/tmp" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    TOUCHSTONE_HOST=127.0.0.1 TOUCHSTONE_PORT=0 TOUCHSTONE_PORT_FILE="$work/tmp/port" \
    TOUCHSTONE_DATA="$work/data" TOUCHSTONE_API_KEY=image-steps TOUCHSTONE_WORKERS=2 \
    "$in_venv" -c "$start" "$user" 2>"$work/log" &
service=$!

if ! "$in_venv" - "$work/tmp/port" <<'PYTHON'
"""Wait until the service is ready, and score once."""

import sys
import time
from pathlib import Path

import httpx

from trainer_client import RewardClient, Sample

port_file, ends_at = Path(sys.argv[1]), time.monotonic() + 60
while not port_file.exists():
    assert time.monotonic() < ends_at, "it did not bind a port within 60 s"
    time.sleep(0.05)
url = f"http://127.0.0.1:{port_file.read_text().strip()}"
with httpx.Client(base_url=url, trust_env=False) as http:
    while http.get("/readyz").status_code != 200:
        assert time.monotonic() < ends_at, "it was not ready within 60 s"
        time.sleep(0.05)
    assert http.get("/healthz").status_code == 200
    assert http.get("/v1/rewards").status_code == 401, "it must ask for the key"
with RewardClient(url, "image-steps") as client:
    (outcome,) = client.score("math_equal@v1", [Sample(r"\boxed{72}", {"answer": "72"})])
    assert outcome.value == 1.0, outcome
    unproven = [reward.id for reward in client.rewards() if reward.behaviour is None]
    assert not unproven, f"requirements.lock does not install what versions.lock was made with: {unproven}"
PYTHON
then
    cat "$work/log" >&2
    exit 1
fi

say "stop it"
kill -TERM "$service"
code=0
wait "$service" || code=$?
service=
if [[ $code != 0 ]]; then
    cat "$work/log" >&2
    say "SIGTERM ended it with $code instead of 0"
    exit 1
fi
say "look for what was scored in the record"
"$in_venv" - "$work/data/touchstone.db" <<'PYTHON'
import sqlite3
import sys

((written,),) = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute("SELECT count(*) FROM requests")
assert written == 1, f"the record has {written} requests, and one was answered"
PYTHON
say "ready, scored, recorded, without torch, stopped with 0"
