"""The hub of data sets, asked without a long wait where it cannot be reached."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import datasets
from huggingface_hub import constants, get_session

ENDPOINT = constants.ENDPOINT

PATIENCE_S = 5.0
"""The hub answers within a second; the libraries would ask a silent one again and again, for half a minute."""


def is_from_hub(path: str) -> bool:
    """Return whether a data set is asked of the hub, because nothing of that name is here."""
    return not Path(path).exists()


@contextmanager
def reached_or_cached(path: str) -> Iterator[str]:
    """Load a data set within this: where the hub does not answer, from the cache alone and without a wait.

    Yields:
        What is to be said where that fails; nothing where the hub has answered.
    """
    if not is_from_hub(path) or constants.HF_HUB_OFFLINE or datasets.config.HF_HUB_OFFLINE:
        yield ""
        return
    silence = _silence()
    if silence is None:
        yield ""
        return
    constants.HF_HUB_OFFLINE = datasets.config.HF_HUB_OFFLINE = True
    try:
        yield f"{ENDPOINT} cannot be reached ({silence}), and nothing of it is cached here. "
    finally:
        constants.HF_HUB_OFFLINE = datasets.config.HF_HUB_OFFLINE = False


def _silence() -> str | None:
    """Return why the hub cannot be reached; None where it answers, whatever it says."""
    said: list[str | None] = []

    def ask() -> None:
        try:
            get_session().head(ENDPOINT, timeout=PATIENCE_S)
        except Exception as error:  # noqa: BLE001 - which ones there are depends on the hub's HTTP library
            said.append(str(error) or type(error).__name__)
        else:
            said.append(None)

    # A name server, and each of the hub's addresses, may take that long again: no timeout of a request covers it.
    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
    return said[0] if said else f"no answer within {PATIENCE_S:.0f} s"
