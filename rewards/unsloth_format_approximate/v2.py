"""How much of a working and a solution in their tags is there."""

from rewards.declare import reward
from rewards.text.solution_block import holds_text, no_attempt
from rewards.text.solution_tags import SOLUTION, SOLVED, TAGS, WORKED, WORKING
from rewards.types import NoParams, NoReference, Sample, Score

_FOLLOWS = {WORKED: WORKING, SOLUTION: WORKED, SOLVED: SOLUTION}


@reward(range=(0.0, 1.0), budget_s=1, supersedes=("unsloth_format_approximate@v1",))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """Each of the four tags occurs once, in its place and with something in it.

    **1.0**: `<start_working_out>`, some text, `<end_working_out>`, `<SOLUTION>`, some text, `</SOLUTION>` (`all_tags`).
    Each tag that is there exactly once and in its place is worth 0.25 (`some_tags`): an opening tag where a letter or
    a digit stands between it and the next tag or the end, a closing tag behind its opening tag, and `<SOLUTION>` not
    before `<end_working_out>`. **0.0**: no tag is (`no_tags`). Text around the blocks costs nothing, and the answer is
    not judged.

    A completion that is no attempt at all, or whose working is none, is **0.0** as well: an echo of the prompt, a
    list of keywords, tags with nothing in them, look-alike letters, a text that breaks off. The reason names it.

    Differences to `unsloth_format_approximate@v1`: order and content count, and no completion falls below one that
    does not try.

    Known ways to game it: a working and a solution that read like an attempt are paid whatever they say.

    Source: written for this service, after Unsloth's (`unsloth_format_approximate@v1`).
    """
    text = sample.completion
    if refused := no_attempt(text, sample.prompt):
        return Score(0.0, refused.reason, refused.explanation)
    once = {tag: text.find(tag) for tag in TAGS if text.count(tag) == 1}
    placed = sum(1 for tag in once if _is_in_place(tag, text, once))
    details = {"tags": placed}
    reason = "all_tags" if placed == len(TAGS) else "some_tags" if placed else "no_tags"
    return Score(placed / len(TAGS), reason, f"{placed} of 4 tags are there once and in their places.", details)


def _is_in_place(tag: str, text: str, once: dict[str, int]) -> bool:
    """Return whether a tag that occurs once stands behind its predecessor and, if it opens, before some text."""
    before = once.get(_FOLLOWS.get(tag, ""), -1)
    if tag in {WORKED, SOLVED}:
        return -1 < before < once[tag]
    opened = once[tag] + len(tag)
    end = min((place for place in (text.find(other, opened) for other in TAGS) if place >= 0), default=len(text))
    return before < once[tag] and holds_text(text[opened:end])
