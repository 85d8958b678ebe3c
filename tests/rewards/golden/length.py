"""How calls of the published length and repetition rewards, with what they returned, read as samples of ours."""

import json
from collections.abc import Mapping
from typing import cast

from tests.rewards.golden.published import Adapter, Published, Row, value

_FORMS = {
    "l1.get_delta_score_linear": "linear",
    "l1.get_delta_score_linear_both": "linear_both",
    "l1.get_delta_score_sigmoid": "sigmoid",
    "l1.get_delta_score_sigmoid_exact": "sigmoid_exact",
    "l1.get_binary_score": "binary",
    "l1.get_delta_score": "delta",
}
_ROUNDED = 6


def _text(kind: str, chars: int) -> str:
    """Return a text of so many characters that ends in a right or a wrong answer."""
    answer = r"\boxed{4}" if kind == "correct" else r"\boxed{5}"
    return "a" * (chars - len(answer)) + answer


def _given(row: Row) -> Mapping[str, object]:
    return cast("Mapping[str, object]", row["kwargs"])


def _group(row: Row) -> Published:
    texts = [_text(kind, chars) for kind, chars in json.loads(str(row["completion"]))]
    return Published("kimi_length@v1", texts, cast("list[float]", row["value"]), {"solution": _given(row)["solution"]})


def _cosine(row: Row) -> Published:
    kind, _, length = str(row["completion"]).partition(":")
    values = {name: number for name, number in _given(row).items() if name != "defaults"}
    if length.endswith("chars"):
        text = _text(kind, int(length.removesuffix("chars")))
        return Published("cosine_length@v1", text, value(row), {"solution": "$4$"}, values)
    tokens: dict[str, object] = {"completion_tokens": int(length.removesuffix("tokens"))}
    return Published("trl_cosine_length@v1", _text(kind, 20), value(row), {"solution": "$4$"}, values, fields=tokens)


def _overlong(reward_id: str, **names: str) -> Adapter:
    """Return an adapter that gives the params of the published function the names of ours."""

    def adapt(row: Row) -> Published:
        tokens, _, _ = str(row["completion"]).partition(" ")
        params = {names.get(name, name): number for name, number in _given(row).items()}
        return Published(reward_id, "", value(row), params=params, fields={"completion_tokens": int(tokens)})

    return adapt


def _l1(row: Row) -> Published:
    tokens = int(str(row["completion"]).removeprefix("used="))
    form: dict[str, object] = {"form": _FORMS[str(row["reward"])]}
    fields: dict[str, object] = {"completion_tokens": tokens}
    return Published("l1_length@v1", "", value(row), dict(_given(row)), form, fields=fields, digits=_ROUNDED)


def _repetition(row: Row) -> Published:
    return Published("repetition@v1", str(row["completion"]), value(row), params=dict(_given(row)))


def _token_repetition(row: Row) -> Published:
    """Give every word an id, as the note of the rows says."""
    words = str(row["completion"]).split()
    ids = [list(dict.fromkeys(words)).index(word) for word in words]
    return Published("trl_repetition@v1", str(row["completion"]), value(row), fields={"completion_ids": ids})


ADAPTERS: dict[str, Adapter] = {
    "open_r1.len_reward": _group,
    "thinking_llm.len_reward": _group,
    "open_r1.cosine_scaled": _cosine,
    "thinking_llm.cosine_scaled": _cosine,
    "open_r1.cosine_scaled[cli defaults]": _cosine,
    "trl.cosine_scaled": _cosine,
    "open_r1.soft_overlong": _overlong("overlong@v1"),
    "trl.soft_overlong": _overlong("trl_overlong@v1"),
    "verl.dapo.overlong_buffer": _overlong("verl_overlong@v1", **{"overlong_buffer.len": "overlong_buffer_len"}),
    "ms_swift.soft_overlong": _overlong("swift_overlong@v1"),
    "open_r1.repetition_penalty[n=2,max=-1]": _repetition,
    "open_r1.repetition_penalty[n=3,max=-1]": _repetition,
    "open_r1.repetition_penalty[n=4,max=-1]": _repetition,
    "trl.repetition_penalty[n=3]": _token_repetition,
    **dict.fromkeys(_FORMS, _l1),
}
