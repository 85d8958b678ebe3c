"""How many tokens a completion has, as the trainer counted them."""

from rewards.errors import NotApplicable
from rewards.types import Frozen, Sample


def token_count(sample: Sample[Frozen]) -> int:
    """Return `completion_tokens`, else the number of `completion_ids`.

    Raises:
        NotApplicable: the sample has neither. A count of ours would be another tokenizer's.
    """
    if sample.completion_tokens is not None:
        return sample.completion_tokens
    return len(token_ids(sample))


def token_ids(sample: Sample[Frozen]) -> tuple[int, ...]:
    """Return `completion_ids`.

    Raises:
        NotApplicable: the sample has none.
    """
    if sample.completion_ids is None:
        raise NotApplicable("Every sample needs tokens: send completion_tokens or completion_ids with it.")
    return sample.completion_ids
