"""The tag-counting reward of open-r1, as published."""

from rewards.declare import reward
from rewards.types import NoParams, NoReference, Sample, Score

_TAGS = ("<think>\n", "\n</think>\n", "\n<answer>\n", "\n</answer>")
_TAG_VALUE = 0.25


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""Each of the four tags stands on its own line exactly once.

    **1.0**: `<think>\n`, `\n</think>\n`, `\n<answer>\n` and `\n</answer>` occur exactly once each (`all_tags`). Each of
    them that does is worth 0.25 (`some_tags`). **0.0**: none does (`no_tags`). The answer is not judged, and `tags` in
    the details is how many were counted.

    Known defects, kept because runs have been trained on them:

    - The order of the tags does not matter, and any text may stand before, between and after them.
    - A completion that writes all tags on one line scores 0.0, as does one with `\r\n`.
    - The four tags without a word between them, `<think>\n\n</think>\n\n<answer>\n\n</answer>`, score 1.0.
    - A tag that occurs twice is worth nothing, so an answer block too many costs as much as none.

    Source: `tag_count_reward` of open-r1 (src/open_r1/rewards.py), re-implemented; it is the tag count of the GSM8K
    GRPO demo, `xml_count@v1`, without the charge for what follows.
    """
    tags = sum(sample.completion.count(tag) == 1 for tag in _TAGS)
    reason = "all_tags" if tags == len(_TAGS) else "some_tags" if tags else "no_tags"
    return Score(tags * _TAG_VALUE, reason, f"{tags} of 4 tags occur exactly once.", {"tags": tags})
