"""The command line, one file per command: `touchstone --help` lists them."""

import sys


def main() -> None:
    """Run the command line."""
    try:
        from service.cli.commands import app  # noqa: PLC0415 - the base install has no typer, and says so below
    except ModuleNotFoundError as missing:
        sys.exit(
            f"touchstone needs {missing.name}, which this installation does not have.\n"
            "To score and serve:  pip install 'touchstone-rl[service]'   (in a clone: '.[service]')\n"
            "To train:            pip install 'touchstone-rl[train]'     (in a clone: '.[train]')"
        )
    app(prog_name="touchstone")
