"""What NeMo Gym needs around a resources server: its head, and a model that says what it is asked to."""

import json
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Config = Mapping[str, Mapping[str, Any]]


def free_port() -> int:
    """Return a port that nobody has just now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def config(resources_port: int, agent_port: int, head_port: int) -> Config:
    """Return Gym's configuration: one resources server, one agent, and a model at the head's port."""

    def server(port: int, **more: object) -> dict[str, object]:
        return {"host": "127.0.0.1", "port": port, "entrypoint": "app.py", **more}

    agent = server(
        agent_port,
        resources_server={"type": "resources_servers", "name": "maths"},
        model_server={"type": "responses_api_models", "name": "parrot"},
    )
    return {
        "head_server": {"host": "127.0.0.1", "port": head_port},
        "maths": {"resources_servers": {"maths": server(resources_port, domain="math")}},
        "parrot": {"responses_api_models": {"parrot": server(head_port)}},
        "agent": {"responses_api_agents": {"simple_agent": agent}},
    }


def said(text: str) -> dict[str, object]:
    """Return an answer of a model in the shape of OpenAI's Responses."""
    content = [{"type": "output_text", "text": text, "annotations": []}]
    message = {"id": "m", "role": "assistant", "type": "message", "status": "completed", "content": content}
    return {
        "id": "r",
        "created_at": 0,
        "model": "parrot",
        "object": "response",
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }


@contextmanager
def head_and_model(told: Config) -> Iterator[None]:
    """Serve the configuration, and a model whose answer is the question, at the head's port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer(told)

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._answer(said(asked["input"][-1]["content"]))

        def log_message(self, *_: object) -> None:
            """Say nothing."""

        def _answer(self, answer: object) -> None:
            body = json.dumps(answer).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", told["head_server"]["port"]), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
