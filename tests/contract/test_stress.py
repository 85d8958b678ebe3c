"""What dishonest completions earn from every version, next to honest ones."""

import asyncio
from functools import cache

import pytest
from typer.testing import CliRunner

from rewards.registry import discover
from rewards.types import Failure, FailureKind, Score
from service.cli.commands import app
from service.examples import Example, example
from service.stress.attacks import KINDS, attacks
from service.stress.matrix import Matrix, stress_all

REGISTRY = discover()
OUR_OWN_V1 = {
    "aime_integer",
    "answer_judge",
    "answer_type",
    "cognitive_behaviours",
    "doubt_loop",
    "faithfulness",
    "format_judge",
    "language_consistency",
    "legible_steps",
    "majority_vote",
    "multiple_choice",
    "rationale_consistency",
    "reasoning_answer_format",
    "step_arithmetic",
}
"""Families that were never published elsewhere; the first versions of all others keep what was published."""
HELD = [reward.id for reward in REGISTRY.values() if reward.version > 1 or reward.family in OUR_OWN_V1]

LEFT_TO_THE_JUDGE = {"cognitive_behaviours@v1": {"truncated"}}
"""Kinds of attacks that rules let pass, so that a judge that is bought pays them. What a text does before it is cut off
it has done: whether that is all four behaviours is what the judge is there to tell."""

pytestmark = [pytest.mark.usefixtures("warm_forkserver"), pytest.mark.timeout(300)]


@cache
def matrices() -> dict[str, Matrix]:
    """Return the matrix of every version, all scored by one pool."""
    return asyncio.run(stress_all(REGISTRY))


def test_every_version_has_an_example() -> None:
    """The documentation, the API page and this matrix need one."""
    assert [] == [reward.id for reward in REGISTRY.values() if example(reward) is None]


@pytest.mark.parametrize("reward_id", list(REGISTRY))
def test_the_honest_completions_have_scores(reward_id: str) -> None:
    """The right one earns something, and no less than the wrong one."""
    matrix = matrices()[reward_id]
    assert isinstance(matrix.right, Score)
    assert isinstance(matrix.wrong, Score)
    assert matrix.right.value >= matrix.wrong.value
    assert matrix.right.value > REGISTRY[reward_id].range[0]


@pytest.mark.parametrize("reward_id", list(REGISTRY))
def test_every_attack_has_an_outcome(reward_id: str) -> None:
    """None crashes its worker or runs into the clock."""
    defects = {FailureKind.CRASH, FailureKind.DEADLINE, FailureKind.OUT_OF_RANGE}
    outcomes = matrices()[reward_id].attacks
    assert set(KINDS) <= {each.kind for each, _ in outcomes}
    assert [] == [
        (each.name, outcome) for each, outcome in outcomes if isinstance(outcome, Failure) and outcome.kind in defects
    ]


@pytest.mark.parametrize("reward_id", HELD)
def test_no_dishonest_completion_earns_as_much_as_the_honest_right_one(reward_id: str) -> None:
    """For every second version, and for every family of our own; where a judge is asked, it gives what earns most."""
    left = LEFT_TO_THE_JUDGE.get(reward_id, set())
    paid = [(each, score) for each, score in matrices()[reward_id].paid if each.kind not in left]
    assert [] == [(each.kind, each.name, score.value, score.reason) for each, score in paid]


def test_attacks_know_the_format_and_not_the_answer() -> None:
    """Between the marks of the honest completion stands something else."""
    given = Example(prompt="What is 6 * 7?", right="<think>\nSix sevens.\n</think>\n#### 42", wrong="#### 13")
    framed = [each.completion for each in attacks(given) if each.name.endswith("in the format")]
    assert "<think>\nWhat is 6 * 7?\n</think>\n#### What is 6 * 7?" in framed
    assert not any(text.endswith("#### 42") for text in framed)


def test_the_command_says_what_is_paid() -> None:
    """A table for people, and the exit code for scripts: 1 where an attack earns as much as the right completion."""
    paid = CliRunner().invoke(app, ["stress", "xml_soft_format@v1"])
    assert paid.exit_code == 1
    assert "attacks earn as much as the right one" in paid.output
    assert "bought" not in paid.output
    safe = CliRunner().invoke(app, ["stress", "gsm8k_answer@v2", "--json"])
    assert safe.exit_code == 0
    assert '"paid": 0' in safe.output


def test_the_command_says_that_the_judge_was_bought() -> None:
    """What a judged reward holds back is held back by rules alone."""
    table = CliRunner().invoke(app, ["stress", "faithfulness@v1"])
    assert table.exit_code == 0
    assert "The judge was taken to be bought" in " ".join(table.output.split())
    plain = CliRunner().invoke(app, ["stress", "faithfulness@v1", "--json"])
    assert '"judge": "bought"' in plain.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["gsm8k_answr@v2"], "Did you mean gsm8k_answer@v2"),
        (["gsm8k_answer@v2", "--params", "{"], "--params is not JSON"),
        (["gsm8k_answer@v2", "--params", '{"marker": 1}'], "does not fit gsm8k_answer@v2"),
    ],
)
def test_the_command_says_what_is_wrong_with_its_arguments(arguments: list[str], said: str) -> None:
    """A typo gets a sentence, not a traceback."""
    result = CliRunner().invoke(app, ["stress", *arguments])
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
