"""`touchstone serve`: run the service."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli._failure import fail, require


def serve(
    host: Annotated[str | None, typer.Option(help="Address to bind; loopback needs no key.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to bind; 0 takes a free one.")] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes; one a core by default.")] = None,
    rubrics: Annotated[
        Path | None,
        typer.Option(exists=True, file_okay=False, help="Folder of rubrics, one YAML file each: maths@v1.yaml."),
    ] = None,
) -> None:
    """Serve the rewards over HTTP until SIGTERM or Ctrl-C.

    The API page is at http://127.0.0.1:8400/docs. Every setting is an environment variable TOUCHSTONE_<NAME>
    (docs/operations.md lists them); the options here win over it.
    """
    try:
        from pydantic import ValidationError  # noqa: PLC0415 - the train extra has no service
        from pydantic_settings import SettingsError  # noqa: PLC0415

        from service.__main__ import main  # noqa: PLC0415
        from service.settings import Settings, complaints  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        require("service", missing)
    try:
        settings = Settings.from_options(host=host, port=port, workers=workers, rubrics=rubrics)
    except ValidationError as error:
        fail("; ".join(complaints(error)), code=2)
    except SettingsError as error:
        fail(str(error), code=2)
    raise typer.Exit(main(settings))
