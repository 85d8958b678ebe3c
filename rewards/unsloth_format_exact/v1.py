"""The exact format reward of Unsloth's advanced GRPO notebook, as published."""

from rewards.declare import reward
from rewards.text.solution_tags import TAGS, published_solution
from rewards.text.tags import first_missing
from rewards.types import NoParams, NoReference, Sample, Score


@reward(range=(0.0, 3.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""Lines of the completion hold the working and then the solution, each between its tags.

    **3.0**: somewhere in the completion `<start_working_out>.+?<end_working_out>.*?<SOLUTION>(.+?)</SOLUTION>`
    matches (`match`), with nothing but white space before it on its first line and behind it on its last. **0.0**: it
    does not, since a tag is missing or out of order (`missing_tag`), or something else stands on those lines or
    nothing between two tags (`mismatch`). There is nothing between. The answer is not judged.

    Known defects, kept because runs have been trained on them:

    - Any lines may stand before and behind: the pattern is searched for with `^` and `$` at every line.
    - Any text may stand between the working and the solution, further blocks and tags among them; two whole answers
      in a row score 3.0.
    - A space between two tags is a working or a solution.
    - One word before the first tag on its line scores 0.0.

    Source: `match_format_exactly` of Unsloth's notebook "Advanced Llama3.2 (3B) GRPO LoRA", re-implemented in linear
    time.
    """
    if published_solution(sample.completion) is not None:
        return Score(3.0, "match", "Lines of the completion hold the working and the solution between their tags.")
    missing = first_missing(sample.completion, TAGS)
    if missing is not None:
        return Score(0.0, "missing_tag", f"{missing} does not stand in its place.", {"missing": missing})
    return Score(0.0, "mismatch", "All tags are there, but a line holds more than it may, or nothing is between two.")
