r"""Blocks in tags, read in one pass: which tags a text has, how often, in which order, and what stands around them.

A tag is written in one way only, `<name>` or `</name>`. What is nearly one, such as `<\think>`, `<THINK>` or `<think`
without an end, is none, and is kept apart so that a reward can name it.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import regex

_QUOTED = 40
_SHOWN = 3
_SAYING = regex.compile(
    r"""[[\p{L}\p{N}\p{S}\p{P}]--[\p{Pd}\p{Pi}\p{Pf}\p{Sk}~¿¡.,:;!?*_#'"`\u2026\u3002\u3001\uff0c\uff1a\uff1b\uff01\uff1f\u00b7\u2022]"""
    r"--[\u115f\u1160\u3164\uffa0\u2800]]",
    regex.VERSION1,
)
"""What says something: no dot or dash, and no character without ink."""
_BESIDE_TAGS = 4
"""Conditions beside the tags: their order, the outside, what the blocks hold, and no malformed tags."""


class Fault(NamedTuple):
    """One condition that a text fails."""

    code: str
    """Which kind of condition, such as `missing_tag`."""

    what: str
    """What is wrong, for people; it quotes nothing but the tags that are asked for."""


class Frame(NamedTuple):
    """What the tags of a text come to."""

    asked: int
    """How many conditions there are."""

    met: int
    """How many of them are met: without a tag that stands once none, and beside such tags none before all do."""

    single: tuple[str, ...]
    """The expected tags that stand exactly once, in the order that is expected."""

    blocks: tuple[str, ...] | None = None
    """What each block holds, and behind a frame with a tail the tail; None where the tags do not make blocks."""

    faults: tuple[Fault, ...] = ()
    """Every condition that is not met. The order, the outside and the blocks count once every tag stands once."""

    malformed: str = ""
    """What is nearly one of the tags, as it is written, cut where there is much; empty where nothing is."""

    outside: int = 0
    """How many characters stand outside the blocks, around which white space is free."""

    blank: int = 0
    """How many blocks say nothing."""


def read(text: str, names: tuple[str, ...], *, opened: bool = False, tail: bool = False) -> Frame:
    """Return what the tags of a text come to.

    Args:
        text: A completion.
        names: The names of the blocks, in their order.
        opened: Whether the first block's opening tag is part of the prompt.
        tail: Whether text belongs behind the last block, where otherwise none does.
    """
    expected = _expected(names, opened)
    asked = len(expected) + _BESIDE_TAGS
    perfect = _whole(names, opened, tail).fullmatch(text)
    if perfect is not None:
        blocks = perfect.groups()
        if all(map(_SAYING.search, blocks)):
            return Frame(asked, asked, expected, blocks)
    found = list(_tag(names).finditer(text))
    tags = [tag for tag in found if tag[1] is not None]
    malformed = _listed([tag[0] for tag in found if tag[1] is None])
    faults = [Fault("malformed_tag", "a tag is malformed")] if malformed else []
    if tuple(tag[0] for tag in tags) != expected:
        return _unframed([tag[0] for tag in tags], expected, asked, faults, malformed)
    edges = [(0, 0)] * opened + [tag.span() for tag in tags]
    parts = [text[after:before] for (_, after), (before, _) in pairwise(edges)]
    gaps = {"before": text[: edges[0][0]].strip(), "between": "".join(parts[1::2]).strip()}
    rest = text[edges[-1][1] :]
    blocks = (*parts[::2], rest) if tail else tuple(parts[::2])
    if not tail:
        gaps["after"] = rest.strip()
    if any(gaps.values()):
        faults.append(Fault("text_outside", f"text {', '.join(where for where in gaps if gaps[where])} the blocks"))
    blank = [name for name, block in zip((*names, "answer"), blocks, strict=False) if not is_saying(block)]
    if blank:
        faults.append(Fault("blank_block", f"nothing in {' and '.join(blank)}"))
    outside = sum(map(len, gaps.values()))
    return Frame(asked, asked - len(faults), expected, blocks, tuple(faults), malformed, outside, len(blank))


def is_opened(text: str, prompt: str | None, name: str, prefilled: str) -> bool:
    """Return whether the prompt has opened the first block: as `prefilled` says, or by what prompt and text show."""
    if prefilled != "auto":
        return prefilled == "yes"
    opening = f"<{name}>"
    if prompt is not None and prompt[-_QUOTED * 2 :].rstrip().endswith(opening):
        return True
    return opening not in text and f"</{name}>" in text


def is_saying(text: str) -> bool:
    """Return whether a text holds anything; dots and dashes alone are nothing."""
    return _SAYING.search(text) is not None


def without_tags(text: str, names: tuple[str, ...]) -> str:
    """Return the text with a blank in place of each tag, well formed or not."""
    return _tag(names).sub(" ", text)


def malformed_tags(text: str, names: tuple[str, ...]) -> str:
    """Return what is nearly one of the tags, as it is written: the first three that differ, or an empty text."""
    return _listed([tag[0] for tag in _tag(names).finditer(text) if tag[1] is None])


@lru_cache(maxsize=64)
def _expected(names: tuple[str, ...], opened: bool) -> tuple[str, ...]:  # noqa: FBT001 - part of the key
    tags = tuple(tag for name in names for tag in (f"<{name}>", f"</{name}>"))
    return tags[1:] if opened else tags


def _nearly(names: tuple[str, ...]) -> str:
    """Return the pattern of what follows the `<` of a tag, well formed or not."""
    return rf"[\s/\\|]{{0,3}}(?i:{'|'.join(map(re.escape, names))})(?![\w-])"


@lru_cache(maxsize=64)
def _tag(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"<(?:/?({'|'.join(map(re.escape, names))})>|{_nearly(names)}[^<>\n]{{0,{_QUOTED}}}>?)")


@lru_cache(maxsize=64)
def _whole(names: tuple[str, ...], opened: bool, tail: bool) -> re.Pattern[str]:  # noqa: FBT001 - part of the key
    """Return the pattern of a text that meets every condition but those on what the blocks hold."""
    inner = rf"([^<]*+(?:<(?!{_nearly(names)})[^<]*+)*+)"
    pattern = r"\s*+".join(rf"<{name}>{inner}</{name}>" for name in map(re.escape, names))
    pattern = pattern.removeprefix(f"<{re.escape(names[0])}>") if opened else rf"\s*+{pattern}"
    return re.compile(pattern + (inner if tail else r"\s*+"))


def _unframed(
    written: Sequence[str], expected: tuple[str, ...], asked: int, faults: list[Fault], malformed: str
) -> Frame:
    """Return the frame of tags that make no blocks."""
    counts = {tag: written.count(tag) for tag in expected}
    for tag, count in counts.items():
        if count == 0:
            faults.append(Fault("missing_tag", f"{tag} is missing"))
        elif count > 1:
            faults.append(Fault("repeated_tag", f"{tag} stands {count} times"))
    surplus = next((tag for tag in written if tag not in counts), None)
    if surplus is not None:
        faults.append(Fault("repeated_tag", f"{surplus} stands there although the prompt ends with it"))
    single = tuple(tag for tag in expected if counts[tag] == 1)
    met = len(single)
    if met == len(expected) == len(written):
        faults.append(Fault("wrong_order", "the tags are not in order"))
        met += not malformed
    return Frame(asked, met, single, faults=tuple(faults), malformed=malformed)


def _listed(tags: Sequence[str]) -> str:
    """Return the first of the different tags."""
    shown = [tag.strip()[:_QUOTED] for tag in dict.fromkeys(tags)]
    return ", ".join(shown[:_SHOWN]) + (", ..." if len(shown) > _SHOWN else "")
