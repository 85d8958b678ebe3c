"""A working and a solution in their tags, and nothing else."""

from itertools import pairwise

from rewards.declare import reward
from rewards.text.solution_block import holds_text, no_attempt
from rewards.text.solution_tags import SOLUTION, SOLVED, TAGS, WORKED, WORKING
from rewards.types import NoParams, NoReference, Sample, Score


@reward(range=(0.0, 1.0), budget_s=1, supersedes=("unsloth_format_exact@v1",))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    """The completion is one working and then one solution, each between its tags, and nothing else.

    **1.0**: `<start_working_out>`, some text, `<end_working_out>`, `<SOLUTION>`, some text, `</SOLUTION>` (`match`).
    White space may stand anywhere between and around them. **0.0**: a tag is missing or out of order (`missing_tag`),
    one is there twice (`repeated_tag`), something stands outside the two blocks (`text_outside`), or one of them has
    neither a letter nor a digit nor `∞` or `∅` (`blank`). There is nothing between. The answer is not judged.

    A completion that is no attempt at all, or whose working is none, is **0.0** as well: an echo of the prompt, a
    list of keywords, tags with nothing in them, look-alike letters, a text that breaks off. The reason names it.

    Differences to `unsloth_format_exact@v1`: the whole completion is read and not some of its lines, no text may stand
    between the blocks, and the value is 1 and not 3.

    Known ways to game it: a working and a solution that read like an attempt are paid whatever they say.

    Source: written for this service, after Unsloth's (`unsloth_format_exact@v1`).
    """
    text = sample.completion
    if refused := no_attempt(text, sample.prompt):
        return Score(0.0, refused.reason, refused.explanation)
    position = 0
    for tag in TAGS:
        if text.count(tag) > 1:
            return Score(0.0, "repeated_tag", f"{tag} is there more than once.", {"tag": tag})
        found = text.find(tag)
        if found < position:
            return Score(0.0, "missing_tag", f"{tag} does not stand in its place.", {"tag": tag})
        position = found + len(tag)
    parts = {first: text.partition(first)[2].partition(then)[0] for first, then in pairwise(TAGS)}
    around = (text.partition(WORKING)[0], parts[WORKED], text.partition(SOLVED)[2])
    if any(part.strip() for part in around):
        return Score(0.0, "text_outside", "Something stands outside the working and the solution.")
    if not all(holds_text(parts[tag]) for tag in (WORKING, SOLUTION)):
        return Score(0.0, "blank", "The working or the solution has neither a letter nor a digit.")
    return Score(1.0, "match", "The completion is a working and a solution in their tags.")
