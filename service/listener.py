"""Where a server listens, and how it says where."""

import ipaddress
import socket
from pathlib import Path

_BACKLOG = 2048


def is_loopback(host: str) -> bool:
    """Return whether an address can be reached from this machine alone."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket.

    Raises:
        OSError: the address is not there or not free.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(_BACKLOG)
    return listener


def publish(path: Path, port: int) -> None:
    """Write the port so that a reader sees either nothing or all of it.

    Raises:
        OSError: it cannot be written there.
    """
    draft = path.with_name(f".{path.name}.{port}")
    draft.write_text(f"{port}\n")
    try:
        draft.replace(path)
    except OSError:
        draft.unlink()
        raise
