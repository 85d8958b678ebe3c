"""Every question can be checked on known cases, and answered by a judge that is bought."""

from collections.abc import Iterator
from importlib import import_module
from typing import Any

import pytest

from rewards.judging.prompt import Prompt, Scale
from rewards.registry import discover


def questions() -> Iterator[Prompt[Any] | Scale]:
    """Yield every question of every judged reward, from the module that holds them."""
    for reward in discover().values():
        if reward.is_judged:
            for value in vars(import_module(f"rewards.{reward.family}.question")).values():
                for each in value.values() if isinstance(value, dict) else (value,):
                    if isinstance(each, Prompt | Scale):
                        yield each


def best(question: Prompt[Any] | Scale, fields: Any) -> Any:  # noqa: ANN401 - a verdict or probabilities
    """Return what earns most."""
    if isinstance(question, Prompt):
        return question.bought(fields)
    return {max(question.values, key=question.values.__getitem__): 1.0}


QUESTIONS = list(questions())
named = pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)


def test_names_are_unlike() -> None:
    """The cache and the replay tell questions by them."""
    assert len(QUESTIONS) == len({question.name for question in QUESTIONS})
    assert 12 == len(QUESTIONS)


@named
def test_canaries_are_good_and_bad(question: Prompt[Any] | Scale) -> None:
    """At least four of each; a judge that always gives the best verdict is found out by every bad one."""
    told = [canary.accepts(best(question, canary.fields)) for canary in question.canaries]
    assert told.count(True) >= 4
    assert told.count(False) >= 4
    assert len(question.canaries) == len({canary.name for canary in question.canaries})


@named
def test_canaries_can_be_rendered(question: Prompt[Any] | Scale) -> None:
    """They have the fields that the question asks for."""
    for canary in question.canaries:
        assert "{{" not in question.render(canary.fields, "==fence==").user


@named
def test_a_reason_stands_before_its_decision(question: Prompt[Any] | Scale) -> None:
    """A model that decides first finds reasons for whatever it decided."""
    if isinstance(question, Scale):
        assert all(len(label) == 1 and label.isupper() for label in question.values)
        return
    fields = list(question.schema["properties"])
    for decided in question.verdict.deciding:
        reasons = [at for at, name in enumerate(fields) if name.endswith("reason")]
        assert not reasons or min(reasons) < fields.index(decided)
