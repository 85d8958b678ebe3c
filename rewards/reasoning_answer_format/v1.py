"""Whether a completion is reasoning and an answer, each behind its label."""

import re
from functools import lru_cache

from pydantic import Field

from rewards.declare import reward
from rewards.text.substance import Reasoned, refusal
from rewards.text.tag_blocks import Fault, is_saying, malformed_tags
from rewards.types import Detail, NoReference, Sample, Score

_LABEL = r"^[A-Za-z][A-Za-z ]{0,38}[A-Za-z]$"
_TAGS = ("think", "thinking", "reasoning", "answer", "solution")
_TAG = re.compile(rf"</?(?:{'|'.join(_TAGS)})>")
_CONDITIONS = 7
_BESIDE_PARTS = 2
"""Conditions that are on neither the labels nor what stands between them: no malformed label, and no tag."""
_QUOTED = 40
_SHOWN = 200


class Params(Reasoned):
    """How the labels read, and what counts as reasoning."""

    reasoning_label: str = Field(
        default="Reasoning", pattern=_LABEL, description="What stands before the reasoning, without its colon."
    )
    answer_label: str = Field(
        default="Answer", pattern=_LABEL, description="What stands before the answer, without its colon."
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    r"""The completion is `Reasoning:` with reasoning and then `Answer:` with an answer, and nothing else.

    **1.0**: seven conditions hold (`match`): each label stands exactly once, they stand in order, nothing stands before
    the first, something stands behind the last, and neither a label nor a tag is out of place. **Between**: the share
    of the conditions that hold; those after the labels' count once each label stands once. The reason is the first that
    fails: `missing_label`, `repeated_label`, `wrong_order`, `text_before`, `blank_answer`, `malformed_label`,
    `stray_tag`; explanation and details name every one. **0.0**: no label stands exactly once, or the completion is no
    attempt: its reasoning, or the whole text where the labels make no parts, has fewer than `min_words` different words
    (`thin_reasoning`), the same few over and over (`repetitive_reasoning`), those of the prompt (`copied_prompt`, only
    where the prompt is sent), or it is `empty`, `tag_stuffing`, `keyword_stuffing`, `answer_spam`,
    `endless_repetition`, `prompt_echo`, `lookalikes`, `bare_prefix`, `all_options` or `cut_off`.

    **A label** is its word and a colon, with these capital letters, at the start of a line or behind the end of a
    sentence. What is nearly one, such as `**Reasoning**:`, `answer :` or `# Answer` at the start of a line, is a
    malformed label. No tag around reasoning or answers belongs into this format; one is a stray tag, whether it is well
    formed or malformed like `<\think>`, and `details` quote it.

    `details`: `met` and `conditions`, `failed`, `malformed` (labels and tags as they are written).

    Known ways to game it: form is paid, not truth; nonsense in many different words passes. Use it beside a reward for
    the answer.

    Source: written for this service, for models that are trained on reasoning and answers behind labels.
    """
    text = sample.completion
    labels = (f"{params.reasoning_label}:", f"{params.answer_label}:")
    exact, nearly = _patterns(*labels)
    found = list(exact.finditer(text))
    counts = [sum(label[1] == wanted for label in found) for wanted in labels]
    faults = [
        Fault("repeated_label", f"{label} stands {count} times")
        if count
        else Fault("missing_label", f"{label} is missing")
        for label, count in zip(labels, counts, strict=True)
        if count != 1
    ]
    met, reasoning = counts.count(1), exact.sub(" ", text)
    if not faults:
        faults = _arranged(text, found, labels)
        met = _CONDITIONS - _BESIDE_PARTS - len(faults)
        if found[0][1] == labels[0]:
            reasoning = text[found[0].end() : found[1].start()]
    odd = [label[0].strip()[:_QUOTED] for label in nearly.finditer(text)]
    tags = [tag[0] for tag in _TAG.finditer(text)][:1] + [tag for tag in (malformed_tags(text, _TAGS),) if tag]
    misplaced = [Fault("malformed_label", "a label is malformed")] if odd else []
    misplaced += [Fault("stray_tag", "a tag stands there")] if tags else []
    if counts == [1, 1]:
        met += _BESIDE_PARTS - len(misplaced)
    faults += misplaced
    details: dict[str, Detail] = {"met": met, "conditions": _CONDITIONS}
    if faults:
        details["failed"] = "; ".join(fault.what for fault in faults)
    if misplaced:
        details["malformed"] = ", ".join([*odd[:1], *tags])[:_SHOWN]
    refused = refusal(text, reasoning, sample.prompt, params.min_words)
    if refused is not None:
        return Score(0.0, refused.reason, refused.explanation, details)
    if not faults:
        return Score(1.0, "match", "The completion is reasoning and an answer, each behind its label.", details)
    explanation = f"{met} of {_CONDITIONS} conditions hold: {details['failed']}."
    return Score(met / _CONDITIONS, faults[0].code, explanation, details)


def _arranged(text: str, found: list[re.Match[str]], labels: tuple[str, str]) -> list[Fault]:
    """Return what is wrong with the order and the parts of a text in which each label stands once."""
    faults = []
    if found[0][1] != labels[0]:
        faults.append(Fault("wrong_order", "the labels are not in order"))
    if text[: found[0].start()].strip():
        faults.append(Fault("text_before", "text before the first label"))
    if not is_saying(text[found[1].end() :]):
        faults.append(Fault("blank_answer", "nothing behind the last label"))
    return faults


@lru_cache(maxsize=64)
def _patterns(first: str, last: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of the labels, and of what is nearly one."""
    exact = "|".join(map(re.escape, (first, last)))
    words = "|".join(re.escape(label[:-1]) for label in (first, last))
    return (
        re.compile(rf"(?:^[ \t]{{0,8}}|(?<=[.!?][ ])|(?<=[.!?]))({exact})", re.MULTILINE),
        re.compile(
            rf"^(?![ \t]{{0,8}}(?:{exact}))[ \t>*_#-]{{0,8}}(?i:{words})[ \t*_]{{0,4}}(?:[:\uff1a]|$)", re.MULTILINE
        ),
    )
