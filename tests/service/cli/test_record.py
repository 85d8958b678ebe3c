"""`touchstone record`."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.call import Call
from service.cli.commands import app
from tests.service.record.recording import kept_texts, recording, samples, write

pytestmark = pytest.mark.anyio


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    """Return the exit code and everything printed."""
    return run_in({"TOUCHSTONE_DATA": str(folder)}, arguments)


def run_in(environment: dict[str, str], arguments: Sequence[str]) -> tuple[int, str]:
    """Return the exit code and everything printed, with such settings."""
    environment = {"COLUMNS": "200", "NO_COLOR": "1", "TERM": "dumb", **environment}
    result = CliRunner().invoke(app, ["record", *arguments], env=environment, prog_name="touchstone")
    return result.exit_code, result.output


async def test_a_record_is_counted_and_deleted(tmp_path: Path) -> None:
    """Its texts alone or all of it; what is not there is said."""
    url = f"sqlite:///{tmp_path / 'touchstone.db'}"
    async with recording(url, tmp_path, record_texts="all") as (recorder, engine):
        for name in ("a", "b"):
            await write(recorder, Call("1", run=name), samples(3))
        assert "2 runs, 2 requests, 6 samples" in run(tmp_path, "status")[1]
        assert (0, "the texts of a deleted\n") == run(tmp_path, "delete-run", "a", "--texts-only")
        assert 1 == len(kept_texts(engine, tmp_path))
        assert "There is one of local: --team local" in run(tmp_path, "delete-run", "b", "--team", "maths")[1]
        assert (0, "b deleted\n") == run(tmp_path, "delete-run", "b")
        assert "1 runs, 1 requests, 3 samples" in run(tmp_path, "status")[1]
        assert (1, "touchstone: the team local has no run 'b'.\n") == run(tmp_path, "delete-run", "b")
        assert 0 == run(tmp_path, "prune")[0]
        assert "1 requests" in run(tmp_path, "status")[1]
        code, output = run_in({"TOUCHSTONE_DATA": str(tmp_path), "TOUCHSTONE_RECORD_DAYS": "0.0000001"}, ["prune"])
        assert (0, True) == (code, "1 requests deleted\n" in output)
        assert "0 runs, 0 requests, 0 samples" in run(tmp_path, "status")[1]


async def test_small_sizes_are_said_too(tmp_path: Path) -> None:
    """And how many files they were in."""
    url = f"sqlite:///{tmp_path / 'touchstone.db'}"
    async with recording(url, tmp_path, record_texts="all") as (recorder, _):
        for name in ("a", "b"):
            await write(recorder, Call("1", run=name), samples(3))
        sizes = [path.stat().st_size for path in (tmp_path / "texts").iterdir()]
        assert f"{sum(sizes)} bytes of 10,240.0 MiB of texts in {tmp_path / 'texts'}, in 2 files" in run(
            tmp_path, "status"
        )[1].replace("\n", "")
        none = {"TOUCHSTONE_DATA": str(tmp_path), "TOUCHSTONE_RECORD_TEXTS_MB": "0"}
        told = f"0 requests deleted\n{sum(sizes)} bytes of texts deleted, in 2 files\n"
        assert (0, told) == run_in(none, ["prune"])
        assert "0 bytes of 0 bytes of texts" in run_in(none, ["status"])[1]


@pytest.mark.parametrize("command", [["status"], ["prune"], ["delete-run", "a"]])
def test_a_folder_without_a_record_is_left_as_it_was(tmp_path: Path, command: list[str]) -> None:
    """A name that is mistyped makes no database."""
    code, output = run(tmp_path / "mistyped", *command)
    assert (2, True) == (code, "no record is in" in output)
    assert not (tmp_path / "mistyped").exists()


def test_a_database_that_cannot_be_used_is_said() -> None:
    """In one sentence."""
    code, output = run_in({"TOUCHSTONE_DATABASE_URL": "mysql://x"}, ["status"])
    assert 1 == code
    assert "SQLite or PostgreSQL" in output
