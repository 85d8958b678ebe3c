"""`touchstone record`: what is written down, and how it is made less."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from service.cli._failure import fail, require

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from service.settings import Settings

app = typer.Typer(help="See what is written down of what was scored, and delete it.", no_args_is_help=True)

_KIBIBYTE = 1 << 10
_MEBIBYTE = 1 << 20
_COUNTS = "select (select count(*) from runs), (select count(*) from requests), (select sum(samples) from requests)"

Team = Annotated[str, typer.Option(help="Whose run it is.")]


@app.command("status")
def status() -> None:
    """Say how much is written down, and how many bytes of text are kept in this folder."""
    from sqlalchemy import text  # noqa: PLC0415 - as below

    from service.record.texts import TextFiles  # noqa: PLC0415

    with _opened() as (settings, engine), engine.connect() as connection:
        runs, requests, samples = connection.execute(text(_COUNTS)).one()
        texts = TextFiles(settings.texts, float("inf")).total
    _say(f"{runs:,} runs, {requests:,} requests, {samples or 0:,} samples in {engine.url.render_as_string()}")
    most = _size(settings.record_texts_mb * _MEBIBYTE)
    _say(f"{_size(texts.bytes)} of {most} of texts in {settings.texts}, in {texts.files:,} files")


@app.command("prune")
def prune() -> None:
    """Delete what is too old or too much now, as the service does each minute: TOUCHSTONE_RECORD_DAYS and _TEXTS_MB."""
    from service.record.texts import TextFiles  # noqa: PLC0415 - as below
    from service.record.upkeep import Upkeep  # noqa: PLC0415

    with _opened() as (settings, engine):
        texts = TextFiles(settings.texts, settings.record_texts_mb * _MEBIBYTE)
        before, requests = texts.total, _count(engine)
        Upkeep(engine, texts, settings.record_days).finish()
        after, gone = texts.total, requests - _count(engine)
    _say(f"{gone:,} requests deleted")
    _say(f"{_size(before.bytes - after.bytes)} of texts deleted, in {before.files - after.files:,} files")


@app.command("delete-run")
def delete_run(
    run: Annotated[str, typer.Argument(help="The run, as X-Run-ID named it.")],
    team: Team = "local",
    texts_only: Annotated[bool, typer.Option("--texts-only", help="Keep the scores.")] = False,
) -> None:
    """Delete a run with its scores and texts, which are gone from this machine's disk when this ends.

    A service that is adding to a file of it lets the file go within a minute. Other replicas, with folders of their
    own, remove theirs within two minutes; of a run that goes on, what was kept until they do goes with them.

    Example: touchstone record delete-run grpo-7 --team maths --texts-only
    """
    from sqlalchemy import text  # noqa: PLC0415 - as below

    from service.record import deletion, reading  # noqa: PLC0415

    with _opened() as (settings, engine):
        find = "select runs.id from runs join teams on teams.id = team_id where runs.name = :run and teams.name = :team"
        with engine.connect() as connection:
            run_id = connection.execute(text(find), {"run": run, "team": team}).scalar()
            if run_id is None:
                fail(f"the team {team} has no run {run!r}.{reading.owners_hint(connection, run)}")
        if texts_only:
            deletion.delete_texts(engine, settings.texts, run_id)
        else:
            deletion.delete_run(engine, settings.texts, run_id)
    _say(f"{'the texts of ' if texts_only else ''}{run} deleted")


@contextmanager
def _opened() -> Iterator[tuple["Settings", "Engine"]]:
    """Yield the service's settings and its database; end the command where it cannot be used."""
    try:
        from pydantic import ValidationError  # noqa: PLC0415 - the train extra has no service
        from sqlalchemy.exc import SQLAlchemyError  # noqa: PLC0415

        from service.database.engine import DatabaseError, open_database, reason  # noqa: PLC0415
        from service.settings import Settings, complaints  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        require("service", missing)
    try:
        settings = Settings()
        if settings.lacks_record:
            fail(settings.lacks_record, code=2)
        engine = open_database(settings.database)
    except ValidationError as error:
        fail("; ".join(complaints(error)), code=2)
    except DatabaseError as error:
        fail(str(error))
    try:
        yield settings, engine
    except SQLAlchemyError as error:
        fail(f"the database: {reason(error)}")
    except OSError as error:
        fail(f"{error.filename}: {error.strerror}")
    finally:
        engine.dispose()


def _count(engine: "Engine") -> int:
    from sqlalchemy import text  # noqa: PLC0415 - as above

    with engine.connect() as connection:
        return int(connection.execute(text("select count(*) from requests")).scalar_one())


def _size(number: float) -> str:
    """Return a number of bytes as people read it."""
    if number >= _MEBIBYTE:
        return f"{number / _MEBIBYTE:,.1f} MiB"
    return f"{number / _KIBIBYTE:,.1f} KiB" if number >= _KIBIBYTE else f"{number:,.0f} bytes"


def _say(message: str) -> None:
    Console(highlight=False, markup=False).print(message, soft_wrap=True)
