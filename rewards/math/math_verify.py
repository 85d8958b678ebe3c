"""Math-Verify 0.9, the only place where it is imported.

Its timeouts are off: they are alarms that work in a main thread only and measure wall time. Whoever calls
this bounds the CPU time of the process instead.
"""

import logging
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import math_verify
from latex2sympy2_extended import NormalizationConfig
from math_verify import LatexExtractionConfig

Parsed = Sequence[object]
"""What a text was read as: an expression and the text it was read from, that text alone, or nothing."""

_LOGGERS = ("math_verify.parser", "math_verify.grader")

# Only LaTeX counts, a box before any other, and nothing that no word announces.
_ANCHORED_LATEX = (
    LatexExtractionConfig(
        normalization_config=NormalizationConfig(units=True),
        boxed_match_priority=0,
        try_extract_without_anchor=False,
    ),
)


def parse(text: str) -> Parsed:
    """Return the last expression in the text, LaTeX or plain, as Math-Verify's defaults find it."""
    with _quiet():
        parsed: Parsed = math_verify.parse(text, parsing_timeout=None)
    return parsed


def parse_anchored_latex(text: str) -> Parsed:
    """Return the boxed or announced LaTeX expression in the text, as TRL's accuracy rewards look for it."""
    with _quiet():
        parsed: Parsed = math_verify.parse(
            text, extraction_config=_ANCHORED_LATEX, extraction_mode="first_match", parsing_timeout=None
        )
    return parsed


def equal(gold: Parsed, answer: Parsed) -> bool:
    """Return whether the answer equals the gold one; the order matters to Math-Verify."""
    with _quiet():
        return bool(math_verify.verify(list(gold), list(answer), timeout_seconds=None))


def source_text(parsed: Parsed) -> str:
    """Return the text that was read, cut to 200 characters; printing the expression instead may never end."""
    text = parsed[-1] if parsed else ""
    return text[:200] if isinstance(text, str) else ""


@contextmanager
def _quiet() -> Iterator[None]:
    """Drop logs, which quote completions, and warnings, which `-W error` would turn into other verdicts."""
    loggers = [logging.getLogger(name) for name in _LOGGERS]
    disabled = [logger.disabled for logger in loggers]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            for logger in loggers:
                logger.disabled = True
            yield
        finally:
            for logger, was_disabled in zip(loggers, disabled, strict=True):
                logger.disabled = was_disabled
