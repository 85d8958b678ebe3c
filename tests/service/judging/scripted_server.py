"""A server that speaks the chat-completions wire and behaves as a script says.

    async with ScriptedServer(honest()) as server:          # in the test's own loop
    with scripted_thread(honest()) as server:               # beside a test that blocks
    with scripted_process("honest", latency_ms=50) as url:  # where its time must not be the test's

As a process: `python -m tests.service.judging.scripted_server --port 0 --port-file F --latency-ms 50 --mode honest`.
"""

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.service.judging.scripts import SCRIPTS, Script
from tests.service.judging.wire import Reply, problem

CHAT = "/v1/chat/completions"
MODEL = "scripted"
_START_S = 30.0


@dataclass(frozen=True, slots=True)
class Call:
    """One request."""

    path: str
    """Its path."""

    headers: Mapping[str, str]
    """Its headers, their names in lower case."""

    body: Any
    """Its body, parsed; None where there is none."""


class ScriptedServer:
    """Serves on a free port of the loopback, and keeps what it was asked.

    Args:
        script: Turns the body of each chat completion into a reply.
        latency_s: How long each completion takes.
        port: Port to bind; 0 takes a free one.
    """

    def __init__(self, script: Script, latency_s: float = 0.0, port: int = 0) -> None:
        self.script = script
        self.calls: list[Call] = []
        self.most_at_once = 0
        self._at_once = 0
        self._latency_s = latency_s
        self._port = port
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The base URL, as `TOUCHSTONE_JUDGE_URL` wants it."""
        return f"http://127.0.0.1:{self._port}/v1"

    @property
    def asked(self) -> list[dict[str, Any]]:
        """The bodies of the chat completions, in the order in which they came."""
        return [call.body for call in self.calls if call.path == CHAT]

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self._port, backlog=1024)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.close()
        for connection in tuple(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection until either side has enough."""
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            while await _sent(writer, await self._reply(await _call(reader))):
                pass
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            self._connections.discard(task)
            writer.transport.abort() if writer.transport.is_closing() else writer.close()

    async def _reply(self, call: Call) -> Reply:
        if call.path == "/calls":
            counts = Counter(each.path for each in self.calls)
            kept = {"counts": counts, "most_at_once": self.most_at_once, "bodies": self.asked}
            return Reply(json.dumps(kept).encode())
        self.calls.append(call)
        if call.path == "/v1/models":
            listed = {"id": MODEL, "object": "model", "created": 0, "owned_by": "tests"}
            return Reply(json.dumps({"object": "list", "data": [listed]}).encode())
        if call.path != CHAT:
            return problem(404, "No such path.")
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            reply = self.script(call.body)
            await asyncio.sleep(self._latency_s + reply.delay_s)
            return reply
        finally:
            self._at_once -= 1


async def _call(reader: asyncio.StreamReader) -> Call:
    first, *lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", 0)))
    return Call(first.split(" ")[1], headers, json.loads(body) if body else None)


async def _sent(writer: asyncio.StreamWriter, reply: Reply) -> bool:
    """Send a reply; return whether the connection is kept."""
    headers = {"content-type": "application/json", "content-length": str(len(reply.body))} | dict(reply.headers)
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    whole = "\r\n".join([*lines, "", ""]).encode() + reply.body
    writer.write(whole[: int(len(whole) * reply.sent_share)])
    await writer.drain()
    return reply.sent_share >= 1


@contextlib.contextmanager
def scripted_thread(script: Script, latency_s: float = 0.0, port: int = 0) -> Iterator[ScriptedServer]:
    """Yield a server that runs in a thread with a loop of its own."""
    server, ready, loop = ScriptedServer(script, latency_s, port), threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with server:
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    ready.wait(_START_S)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


@contextlib.contextmanager
def scripted_process(mode: str, latency_ms: float = 0.0) -> Iterator[str]:
    """Yield the base URL of a server that is a process of its own."""
    with judge_process(mode, latency_ms) as (url, _):
        yield url


@contextlib.contextmanager
def judge_process(mode: str, latency_ms: float = 0.0, port: int = 0) -> Iterator[tuple[str, "subprocess.Popen[bytes]"]]:
    """Yield the base URL of a server and the process that it is, which may be killed."""
    with tempfile.TemporaryDirectory() as folder:
        port_file = Path(folder, "port")
        options = ["--mode", mode, "--latency-ms", str(latency_ms), "--port", str(port), "--port-file", str(port_file)]
        process = subprocess.Popen([sys.executable, "-m", "tests.service.judging.scripted_server", *options])
        try:
            yield f"http://127.0.0.1:{_port_from(port_file, process)}/v1", process
        finally:
            process.terminate()
            process.wait()


def _port_from(file: Path, process: "subprocess.Popen[bytes]") -> str:
    ends_at = time.monotonic() + _START_S
    while time.monotonic() < ends_at and process.poll() is None:
        if file.exists():
            return file.read_text(encoding="utf-8")
        time.sleep(0.02)
    raise AssertionError("The scripted server did not start.")


async def _run(options: argparse.Namespace) -> None:
    async with ScriptedServer(SCRIPTS[options.mode], options.latency_ms / 1000, options.port) as server:
        if options.port_file is not None:
            whole = options.port_file.with_suffix(".part")
            whole.write_text(server.url.rpartition(":")[2].partition("/")[0], encoding="utf-8")
            whole.rename(options.port_file)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="port to bind; 0 takes a free one")
    parser.add_argument("--port-file", type=Path, help="where to write the port")
    parser.add_argument("--latency-ms", type=float, default=0.0, help="how long each completion takes")
    parser.add_argument("--mode", choices=sorted(SCRIPTS), default="honest", help="how it behaves")
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(parser.parse_args()))


if __name__ == "__main__":
    main()
