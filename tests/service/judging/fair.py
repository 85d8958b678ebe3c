"""A judge of reasoning that knows the known cases: it finds fault with the bad ones and with nothing else."""

from rewards.faithfulness.canaries import ITEMS
from rewards.faithfulness.question import PROMPT, SWAPPED
from tests.service.judging.shown_texts import Request, schema_of, texts_of
from tests.service.judging.wire import Reply, completion

_BAD = {(item.question, item.steps) for item in ITEMS if not item.is_good}
_FAULTS = {"first_unsupported_step": 1, "coherence": "contradictory", "alignment": "other_question"}


def fair(request: Request) -> Reply:
    """Answer a question of `faithfulness@v1`; a probe too, whose only verdict is the best one."""
    properties = list((schema_of(request) or {})["properties"])
    if properties == ["state"]:
        return completion('{"state": "ready"}')
    texts = texts_of(request)
    user = next(each["content"] for each in request["messages"] if each["role"] == "user")
    steps = texts[: user.count('{"step": ')]  # steps come before all other texts
    prompt = PROMPT if properties[0] == "validity_reason" else SWAPPED
    verdict = prompt.bought({"question": "", "steps": steps})
    is_bad = any((text, tuple(steps)) in _BAD for text in texts)
    return completion(verdict.model_copy(update=_FAULTS if is_bad else {}).model_dump_json())
