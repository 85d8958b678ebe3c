"""A training run that says nothing but what it was asked to say."""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import datasets
from transformers.utils import logging as transformers_logging

from trainer_client._watch import RewardWarning

__all__ = ["quiet"]


@contextmanager
def quiet() -> Iterator[None]:
    """Within it, the libraries draw no bars and do not speak of their own future.

    Their errors, and warnings about the run itself, still come through.
    """
    bars_were_on = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    datasets.disable_progress_bars()
    trainer_logger = logging.getLogger("trl.trainer.grpo_trainer")
    # TRL prints the prompt, the completion and the gold answer of a completion that is left out.
    trainer_logger.addFilter(not_about_left_out)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)
            warnings.simplefilter("ignore", DeprecationWarning)
            warnings.simplefilter("ignore", RewardWarning)  # the log says the same
            yield
    finally:
        trainer_logger.removeFilter(not_about_left_out)
        datasets.enable_progress_bars()
        if bars_were_on:
            transformers_logging.enable_progress_bar()


def not_about_left_out(record: logging.LogRecord) -> bool:
    """Whether a record is about something else; those completions are in the file."""
    return not str(record.msg).startswith("All reward functions returned None")
