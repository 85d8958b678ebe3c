"""A model is loaded from its folder or not at all, and replies token by token."""

import threading
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("llguidance")

from service.judge_server.choice import Sampling
from service.judge_server.errors import ModelUnusableError, PromptTooLongError
from service.judge_server.model import LanguageModel, Question

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def model(babbler: Path) -> LanguageModel:
    """A model that babbles."""
    return LanguageModel.load(babbler, "cpu")


def test_a_device_that_is_not_there_is_named(babbler: Path) -> None:
    """The message says what torch says."""
    with pytest.raises(ModelUnusableError, match=r"cannot be loaded.*moon"):
        LanguageModel.load(babbler, "moon")


def test_broken_weights_are_no_model(babbler: Path, tmp_path: Path) -> None:
    """A file that is cut off is refused."""
    for file in babbler.iterdir():
        (tmp_path / file.name).write_bytes(
            file.read_bytes()[:2000] if file.suffix == ".safetensors" else file.read_bytes()
        )
    with pytest.raises(ModelUnusableError, match="cannot be loaded"):
        LanguageModel.load(tmp_path, "cpu")


def test_a_fingerprint_tells_weights_apart(babbler: Path, taught: Path, model: LanguageModel) -> None:
    """The same folder has the same, another has another."""
    assert LanguageModel.load(babbler, "cpu").fingerprint == model.fingerprint
    assert LanguageModel.load(taught, "cpu").fingerprint != model.fingerprint


def test_a_reply_ends_with_the_context(model: LanguageModel) -> None:
    """What does not fit is cut off, and a prompt that leaves no room is refused."""
    nearly, gone = [40] * (model.context - 3), threading.Event()
    answer = model.answer(Question(nearly, Sampling(), max_tokens=50), gone)
    assert (3, "length") == (answer.tokens, answer.finish_reason)
    with pytest.raises(PromptTooLongError, match="16384"):
        model.answer(Question([40] * model.context, Sampling(), max_tokens=50), gone)


def test_nobody_waiting_ends_a_reply(model: LanguageModel) -> None:
    """One token, and no more."""
    gone = threading.Event()
    gone.set()
    assert 1 == model.answer(Question([40], Sampling(), max_tokens=50), gone).tokens
