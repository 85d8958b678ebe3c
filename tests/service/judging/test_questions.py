"""Both kinds of question are asked, read, kept and compared alike."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.errors import JudgeUnparsable
from service.judging.questions import Form, ScaleQuestion, VerdictQuestion
from service.judging.replies import Reply
from tests.service.judging.asking import PROMPT, SCALE, Opinion, prompt, shown

VERDICT, WEIGHED = VerdictQuestion(PROMPT), ScaleQuestion(SCALE)


def test_a_verdict_is_asked_for_with_its_schema() -> None:
    """The words are the prompt's, and the reply must fit."""
    assert ("tests@v1/opinion", Form(PROMPT.schema, 50), []) == (VERDICT.name, VERDICT.form, VERDICT.canaries)
    asked = shown(VERDICT)
    assert PROMPT.render({"text": "2 + 2 = 4"}, "==fence==") == asked
    assert 'Is it sound?\n==fence==\n"2 + 2 = 4"\n==fence==' == asked.user
    assert 3 == len(VerdictQuestion(prompt(canaries=3)).canaries)


def test_a_scale_asks_for_one_token() -> None:
    """Its probabilities are wanted, and no schema."""
    assert ("tests@v1/scale", Form(None, 1), ()) == (WEIGHED.name, WEIGHED.form, WEIGHED.canaries)
    assert 'A or B?\n"2 + 2 = 4"' == shown(WEIGHED).user


@given(st.text(), st.booleans())
def test_a_verdict_is_kept_as_it_is(why: str, sound: bool) -> None:  # noqa: FBT001 - what a property is given
    """Whatever a model writes."""
    opinion = Opinion(why=why, sound=sound)
    assert opinion == VERDICT.load(VERDICT.dump(opinion))
    assert opinion == VERDICT.read(Reply(json.dumps(opinion.model_dump()), None, (), 1, 1))


@given(st.dictionaries(st.sampled_from("AB"), st.floats(0, 1)))
def test_so_are_probabilities(weights: dict[str, float]) -> None:
    """To the last bit."""
    assert weights == WEIGHED.load(WEIGHED.dump(weights))


def test_verdicts_agree_that_decide_the_same() -> None:
    """The reasons may differ."""
    yes, also, no = (Opinion(why=why, sound=sound) for why, sound in (("a", True), ("b", True), ("a", False)))
    assert (True, False) == (VERDICT.agree(yes, also), VERDICT.agree(yes, no))


def test_probabilities_agree_that_come_to_about_the_same() -> None:
    """A tenth apart at most."""
    assert WEIGHED.agree({"A": 0.5, "B": 0.5}, {"A": 0.59, "B": 0.41})
    assert not WEIGHED.agree({"A": 0.5, "B": 0.5}, {"A": 0.61, "B": 0.39})
    assert WEIGHED.agree({}, {"B": 1.0})


def test_a_scale_reads_the_first_token_whatever_the_text_says() -> None:
    """That the reply is cut off after one token is as it should be."""
    likely = [("B", math.log(0.75)), ("A", math.log(0.25))]
    reply = Reply("A, of course", "The judge's reply was cut off.", likely, 1, 1)
    assert pytest.approx({"A": 0.25, "B": 0.75}) == WEIGHED.read(reply)
    with pytest.raises(JudgeUnparsable, match="no log probabilities"):
        WEIGHED.read(Reply("A", None, (), 1, 1))
