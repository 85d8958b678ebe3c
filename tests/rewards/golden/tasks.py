"""How calls of the published rewards of small tasks, with what they returned, read as samples of ours."""

from tests.rewards.golden.published import Adapter, Published, Row, value

_F1_DIGITS = 4


def _knights(row: Row) -> Published:
    puzzle = row["kwargs"]["ground_truth"]  # type: ignore[index]
    return Published("knights_knaves@v1", str(row["completion"]), value(row), puzzle)


def _f1(row: Row) -> Published:
    answer = row["kwargs"]["label"]  # type: ignore[index]
    return Published("f1@v1", str(row["completion"]), value(row), {"answer": answer}, digits=_F1_DIGITS)


ADAPTERS: dict[str, Adapter] = {
    "logic_rl.kk": _knights,
    "slime.f1": _f1,
}
