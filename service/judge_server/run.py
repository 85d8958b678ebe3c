"""Starts the judge server: loads the model, binds, serves until it is told to stop."""

import signal
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
import uvicorn
from transformers.utils import logging as transformers_logging

from service import telemetry
from service.judge_server.app import Desk, create_app
from service.judge_server.model import LanguageModel
from service.judge_server.turns import Turns
from service.listener import listen, publish

_DRAIN_S = 10
"""How long replies under way may take to end once the server is told to stop."""
_KEEP_ALIVE_S = 75
"""Longer than the pauses between a trainer's batches, so that no connection is closed while it is taken up again."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to serve which model."""

    folder: Path
    """The model, as `save_pretrained` writes it."""
    name: str
    """What it is called in requests."""
    host: str
    """Address to bind."""
    port: int
    """Port to bind; 0 takes a free one."""
    device: str
    """Where the model runs; `auto` takes a GPU if there is one."""
    threads: int | None
    """Processor threads of the model; None leaves that to torch."""
    max_new_tokens: int
    """Longest reply."""
    max_queued: int
    """Most requests under way and waiting."""
    api_key: str | None
    """What requests must carry."""
    port_file: Path | None
    """Where to write the bound port."""


@dataclass(frozen=True, slots=True)
class Started:
    """What is served, and where."""

    url: str
    """The base URL."""
    model: LanguageModel
    """The model."""


def run(options: Options, announce: Callable[[Started], None]) -> None:
    """Serve until SIGTERM or SIGINT, having announced where.

    Raises:
        OSError: the address or the port file cannot be had.
        ModelUnusableError: the model cannot be loaded.
    """
    listener = listen(options.host, options.port)
    transformers_logging.disable_progress_bar()
    if options.threads is not None:
        torch.set_num_threads(options.threads)
    model = LanguageModel.load(options.folder, _device(options.device))
    log = telemetry.configure("info", telemetry.standard_error())
    desk = Desk(model, options.name, Turns(options.max_queued), options.max_new_tokens, options.api_key, log)
    config = uvicorn.Config(
        create_app(desk),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_DRAIN_S,
        timeout_keep_alive=_KEEP_ALIVE_S,
    )
    server = uvicorn.Server(config)
    # uvicorn hands the signal to these once it has drained, so that the program ends with 0.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: setattr(server, "should_exit", True))
    host, port = listener.getsockname()[:2]
    announce(Started(f"http://{f'[{host}]' if ':' in host else host}:{port}/v1", model))
    if options.port_file is not None:
        publish(options.port_file, port)
    server.run(sockets=[listener])


def _device(name: str) -> str:
    if name != "auto":
        return name
    return "cuda" if torch.cuda.is_available() else "cpu"
