"""How calls of the functions of Unsloth's advanced notebook, with what they returned, read as samples of ours."""

from tests.rewards.golden.published import Adapter, Published, Row, plain, value


def _compared(reward_id: str) -> Adapter:
    def adapt(row: Row) -> Published:
        answer = row["kwargs"]["answer"]  # type: ignore[index]
        return Published(reward_id, str(row["completion"]), value(row), {"answer": answer})

    return adapt


ADAPTERS: dict[str, Adapter] = {
    "unsloth.match_format_exactly": plain("unsloth_format_exact@v1"),
    "unsloth.match_format_approximately": plain("unsloth_format_approximate@v1"),
    "unsloth.check_answer": _compared("unsloth_answer@v1"),
    "unsloth.check_numbers": _compared("unsloth_numbers@v1"),
}
