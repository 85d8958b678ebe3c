"""`touchstone judge-server`: a language model of this machine as a judge."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape

from service.cli._failure import fail, require
from service.listener import is_loopback

if TYPE_CHECKING:  # torch takes seconds to import
    from service.judge_server.run import Started

_EXTRAS = "service,judge"


def judge_server(  # noqa: PLR0913, PLR0917 - one parameter an option
    model_dir: Annotated[
        Path,
        typer.Argument(metavar="MODEL_DIR", exists=True, file_okay=False, help="A folder that save_pretrained wrote."),
    ],
    port: Annotated[int, typer.Option(min=0, max=65_535, help="Port to bind; 0 takes a free one.")] = 8500,
    host: Annotated[str, typer.Option(help="Address to bind; anything but loopback needs --api-key.")] = "127.0.0.1",
    name: Annotated[str | None, typer.Option(help="The model's name in requests; the folder's by default.")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda, cuda:1, ...; auto takes a GPU if there is one.")] = "auto",
    max_new_tokens: Annotated[int, typer.Option(min=1, help="Longest reply; requests may ask for less.")] = 1024,
    max_queued: Annotated[int, typer.Option(min=1, help="Requests that may wait; one more is 429.")] = 256,
    threads: Annotated[int | None, typer.Option(min=1, help="Processor threads; torch decides by default.")] = None,
    api_key: Annotated[
        str | None,
        typer.Option(
            envvar="TOUCHSTONE_JUDGE_SERVER_KEY", show_envvar=True, help="Bearer key that requests must carry."
        ),
    ] = None,
    port_file: Annotated[Path | None, typer.Option(help="Where to write the port once the model is loaded.")] = None,
) -> None:
    """Serve a language model over the part of OpenAI's API that judges use, until SIGTERM or Ctrl-C.

    For trying a judged reward, for tests and for small jobs: it answers one request after the other. Replies can be
    held to a JSON schema, and the probabilities of tokens are given. docs/judge-server.md says what else.
    """
    if not api_key and not is_loopback(host):
        fail(f"binding {host} without a key lets anyone on the network use the model: give --api-key", code=2)
    try:
        from service.judge_server.errors import ModelUnusableError  # noqa: PLC0415 - torch takes seconds to import
        from service.judge_server.run import Options, run  # noqa: PLC0415
    except ModuleNotFoundError as missing:
        require(_EXTRAS, missing)
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    served = name or model_dir.resolve().name
    options = Options(
        folder=model_dir,
        name=served,
        host=host,
        port=port,
        device=device,
        threads=threads,
        max_new_tokens=max_new_tokens,
        max_queued=max_queued,
        api_key=api_key or None,
        port_file=port_file,
    )
    waiting = console.status(f"Loading {escape(served)}")
    waiting.start()

    def announce(started: "Started") -> None:
        waiting.stop()
        _announce(console, served, started)

    try:
        run(options, announce)
    except ModelUnusableError as error:
        fail(str(error), code=2)
    except OSError as error:
        fail(f"cannot listen on {host}:{port}, or write the port file: {error.strerror}")
    finally:
        waiting.stop()


def _announce(console: Console, name: str, started: "Started") -> None:
    model = started.model
    console.print(
        f"[bold]{escape(name)}[/bold] ({model.fingerprint}): {model.weights:,} weights on {model.device}, reads "
        f"{model.context:,} tokens, answers at [cyan]{started.url}[/cyan]"
    )
    console.print("For a service that judges with it:")
    console.print(f"  export TOUCHSTONE_JUDGE_URL={started.url}")
    console.print(f"  export TOUCHSTONE_JUDGE_MODEL={escape(name)}")
    console.print("  export TOUCHSTONE_JUDGE_CONCURRENCY=1     # it writes one reply at a time")
    console.print("  export TOUCHSTONE_JUDGE_TIMEOUT_S=600")
