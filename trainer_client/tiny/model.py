"""The lesson's model: 331,264 weights."""

from pathlib import Path

from transformers import PreTrainedTokenizerBase

from trainer_client.training import model
from trainer_client.training.recipe import RandomInit

__all__ = ["make"]


def make(tokenizer: PreTrainedTokenizerBase, folder: Path) -> Path:
    """The folder, with a random model in it."""
    return model.saved(RandomInit(tokenizer="", hidden_size=128, layers=2, heads=4), tokenizer, folder)
