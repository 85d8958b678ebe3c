"""Languages are told by script and by common words, and what is no prose is not read."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.text.languages import LANGUAGES, language_of, shares
from rewards.text.prose import part_of, prose
from rewards.types import Outcome, Score
from tests.rewards.scoring import registry, score

DATA = Path(__file__).parents[3] / "shared" / "data"
TEXTS: dict[str, list[str]] = json.loads(
    (Path(__file__).parents[1] / "probes" / "sentences.json").read_text(encoding="utf-8")
)["sentences"]
PIECES = st.lists(
    st.sampled_from([text for texts in TEXTS.values() for text in texts])
    | st.sampled_from(
        ["$", "`", "```", "\\(", "\\)", "<think>", "</think>", "<answer>", "\n", " ", "x", "l'", "因", "か"]
    )
    | st.text(max_size=8),
    max_size=8,
).map("".join)


def judged(text: str, language: str, part: str = "all") -> Outcome:
    """Return what a text earns where a language is wanted."""
    return score("language_consistency@v1", text, params={"language": language, "part": part})


@settings(deadline=None)
@given(text=PIECES, language=st.sampled_from(LANGUAGES), part=st.sampled_from(["all", "reasoning", "answer"]))
def test_any_text_is_scored(text: str, language: str, part: str) -> None:
    """No text makes it fail, and the value is a share."""
    outcome = judged(text, language, part)
    assert isinstance(outcome, Score)
    assert 0.0 <= outcome.value <= 1.0
    assert (outcome.value == 1.0) is (outcome.reason == "consistent")


def test_every_language_that_can_be_told_can_be_wanted() -> None:
    """The params name the codes that the detector knows, and the sentences have all of them."""
    schema = registry()["language_consistency@v1"].params.model_json_schema()
    assert {"prompt", *LANGUAGES} == set(schema["properties"]["language"]["enum"])
    assert set(LANGUAGES) == set(TEXTS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_itself_and_no_other(language: str) -> None:
    """Whole texts are told from those of every other language."""
    for text in TEXTS[language]:
        assert language == language_of(text)
        for other in LANGUAGES:
            outcome = judged(text, other)
            assert isinstance(outcome, Score)
            assert outcome.value == 1.0 if other == language else outcome.value < 0.25


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_a_text_in_two_languages_is_mixed(language: str) -> None:
    """A switch costs what its words are."""
    outcome = judged(f"{TEXTS['en'][0]} {TEXTS[language][0]} {TEXTS['en'][1]}", "en")
    assert isinstance(outcome, Score)
    assert outcome.reason == "mixed"
    assert 0.5 < outcome.value < 0.85
    assert outcome.details["other"] == language


@given(text=PIECES, language=st.sampled_from(LANGUAGES))
@settings(deadline=None)
def test_shares_are_of_all_words_that_count(text: str, language: str) -> None:
    """What tells the wanted language is a part of its words, and the longest switch a part of the others."""
    found = shares(prose(text), language)
    own = found.words.get(language, 0.0)
    assert found.told <= own
    assert found.longest_switch <= found.total - own


@given(text=PIECES)
def test_reasoning_and_answer_are_the_whole(text: str) -> None:
    """Nothing is in neither part."""
    reasoning, answer = part_of(text, "reasoning"), part_of(text, "answer")
    assert text in {reasoning + answer, reasoning, answer}
    assert text == part_of(text, "all")


@pytest.mark.skipif(not DATA.exists(), reason=f"no {DATA}")
def test_published_solutions_in_english_are_english() -> None:
    """Of 1,319 solutions of grade-school problems, at most two may be taken for a mixture."""
    lines = (DATA / "gsm8k" / "test.jsonl").read_text(encoding="utf-8").splitlines()
    outcomes = [judged(json.loads(line)["answer"], "en") for line in lines]
    assert sum(getattr(outcome, "reason", "") not in {"consistent", "too_short"} for outcome in outcomes) <= 2
