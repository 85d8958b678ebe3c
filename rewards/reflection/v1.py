"""The reflection reward of a reasoning-model GRPO run, as published."""

import math
import re

from rewards.declare import reward
from rewards.types import NoParams, NoReference, Sample, Score

_DIMENSIONS = {
    "backtrack": re.compile(
        r"\b(?:backtrack|error|fix|mistake)\b|re-eval(?:uate|ation)\b|(?:flawed|incorrect)\s+(?:approach|step)"
    ),
    "verify": re.compile(
        r"\b(?:verify|check|confirm|test)\b|(?:cross|re)-?val(?:idate|idation)\b"
        r"|(?:unit|dimension)\s+analysis|(?:edge\s+case|boundary)\s+check"
    ),
    "subgoal": re.compile(
        r"\b(?:step|stage|phase|subtask)\b|decompose\sin(?:to)?\s+\d+"
        r"|(?:milestone|checkpoint)\s+\d+|track\sprogress\s(?:at|on)"
    ),
    "backward": re.compile(
        r"\b(?:target|goal|required)\b|work(?:ing)?\sbackwards\b"
        r"|reverse\s(?:engineer|logic)|deduce\sfrom\s(?:final|outcome)"
    ),
}
_WEIGHT = 0.5
_DECAY = 2.5


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""The completion uses many words of backtracking, verification, subgoals and backward reasoning.

    The value grows towards **1.0**, which it never reaches, with the number of keywords and phrases in the
    whole lower-cased text. The i-th match of a dimension adds 0.5 / (1 + (i - 1) / 2.5) to S, and the value
    is 1 - 1 / (1 + (0.8 ln(1 + S))^1.2), rounded to two places. **0.0**: no match. One word is worth 0.21,
    one of each dimension 0.46. `details` has the number of matches by dimension.

    Known defects, kept because runs have been trained on them:

    - It counts words, not reflection: `verify` a hundred times is 0.60, `step` a thousand times 0.66, and ten
      keywords in a row without any sense are 0.57. A logged run bought most of its gain with the word `step`.
    - Negation pays: "No error, no mistake, nothing to fix, no need to verify or check" is 0.46.
    - "Wait, that's wrong. Let me try a different approach." is 0.0, and so are inflections (`checks`,
      `verified`, `steps`), `re-evaluation` and every language but English.
    - It depends neither on the answer nor on where in the text the words stand.

    Source: `reflection_reward` of Thinking_LLM's copy of open-r1 (src/open_r1/rewards.py), re-implemented
    from its formula.
    """
    text = sample.completion.lower()
    counts = {name: sum(1 for _ in pattern.finditer(text)) for name, pattern in _DIMENSIONS.items()}
    total = 0.0
    for count in counts.values():
        for i in range(count):
            total += _WEIGHT / (1 + i / _DECAY)
    value = round(1 - 1 / (1 + (0.8 * math.log(1 + total)) ** 1.2), 2)
    matches = sum(counts.values())
    if not matches:
        return Score(value, "no_match", "The completion contains none of the keywords.", counts)
    used = sum(1 for count in counts.values() if count)
    return Score(value, "matches", f"{matches} keywords or phrases of {used} of 4 dimensions were counted.", counts)
