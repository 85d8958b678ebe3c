"""How calls of the published format rewards, with what they returned, read as samples of ours."""

from tests.rewards.golden.published import Adapter, Published, Row, plain, value


def _code_format(row: Row) -> Published:
    """The language is the one of the call."""
    params = dict(row["kwargs"])  # type: ignore[call-overload]
    return Published("code_format@v1", str(row["completion"]), value(row), params=params)


def _soft_format(row: Row) -> Published:
    """The scale is the one of the call."""
    params = dict(row["kwargs"])  # type: ignore[call-overload]
    return Published("soft_format@v1", str(row["completion"]), value(row), params=params)


def _structure(row: Row) -> Published:
    """The rows hold what was found; its caller makes 1 and -1 of that."""
    return Published("logic_rl_structure@v1", str(row["completion"]), 1.0 if row["value"] else -1.0)


ADAPTERS: dict[str, Adapter] = {
    "open_r1.format_reward": plain("open_r1_format@v1"),
    "open_r1.tag_count_reward": plain("tag_count@v1"),
    "open_r1.reasoning_steps_reward": plain("reasoning_steps@v1"),
    "open_r1.code_format_reward[python]": _code_format,
    "trl.think_format_reward": plain("trl_think_format@v1"),
    "ms_swift.format": plain("swift_format@v1"),
    "ms_swift.react_format": plain("swift_react_format@v1"),
    "open_instruct.soft_format": _soft_format,
    "logic_rl.validate_response_structure": _structure,
    "verifiers.XMLParser(['think','answer']).format": plain("verifiers_xml_format@v1", fields=["think", "answer"]),
    "verifiers.ThinkParser.format": plain("verifiers_think_format@v1"),
}
