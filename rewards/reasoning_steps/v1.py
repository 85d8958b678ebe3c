"""The reasoning-steps reward of open-r1, as published."""

import re

from rewards.declare import reward
from rewards.types import NoParams, NoReference, Sample, Score

_STEP = re.compile(r"Step \d++:|^\d++\.|\n-|\n\*|First,|Second,|Next,|Finally,")
_ENOUGH = 3


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""The completion has at least three marks of a step.

    A mark is a match of `Step \d+:|^\d+\.|\n-|\n\*|First,|Second,|Next,|Finally,`. **1.0**: there are three or more
    (`steps`). One is worth 1/3, two are worth 2/3 (`few_steps`). **0.0**: there is none (`no_steps`). `steps` in the
    details is their number.

    Known defects, kept because runs have been trained on them:

    - It counts marks, not steps: `Step 1:Step 1:Step 1:` is 1.0, and so is a line `---` in three places.
    - `^` matches at the start of the text only, so of a numbered list the first number counts at most, and nothing
      at all where a word stands before it.
    - A bullet counts where a newline is before it, so the first line's does not; `\n-5`, a negative number, and
      `\n**bold**` do.
    - `1)`, `step 1:`, `first`, `Third,`, `Then,` and every language but English count for nothing.

    Source: `reasoning_steps_reward` of open-r1 (src/open_r1/rewards.py), re-implemented from its pattern. Some copies
    of it let `^` match at every line; this is the one that does not.
    """
    steps = sum(1 for _ in _STEP.finditer(sample.completion))
    reason = "steps" if steps >= _ENOUGH else "few_steps" if steps else "no_steps"
    return Score(min(1.0, steps / _ENOUGH), reason, f"{steps} marks of a step were counted.", {"steps": steps})
