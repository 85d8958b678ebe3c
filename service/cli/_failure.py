"""How a command ends when it cannot go on: one sentence that says what to do."""

from typing import NoReturn

import typer
from rich.console import Console
from rich.markup import escape


def fail(message: str, *, code: int = 1) -> NoReturn:
    """End the command with a message on standard error."""
    Console(stderr=True, highlight=False).print(f"[red]touchstone:[/red] {escape(message)}", soft_wrap=True)
    raise typer.Exit(code)


def require(extra: str, missing: ModuleNotFoundError) -> NoReturn:
    """End a command that needs an extra which is not installed."""
    package = str(missing.name).partition(".")[0]
    fail(f"this command needs {package}: pip install 'touchstone-rl[{extra}]'")
