"""The published rewards of small tasks read answers as their patterns do, in one pass."""

import re
import string

from hypothesis import given, settings
from hypothesis import strategies as st

from rewards.text.plain_words import plain_words
from rewards.types import Failure, Outcome, Score
from tests.rewards.scoring import score

_NAMES = ("Zoey", "zoey", "Oliver", "is", "a", "knight", "Ik", "\u0130\u212a", "\u0131\u017f", "is", "As")
_SAID = (
    *("Zoey", "OLIVER", "is", "IS", "a", "knight", "knave", "Knave", "\u212anight", "kn\u0131ght", "knights", "1", "_"),
    *(
        " ",
        " ",
        " ",
        " ",
        "\n",
        "\u00a0",
        ".",
        "-",
        "\u0130k",
        "i\u212a",
        "\u0131s",
        "\u0131\u017f",
        "as",
        "Zoey is a knave",
    ),
)
PEOPLE = st.dictionaries(st.sampled_from(_NAMES), st.sampled_from(("knight", "knave")), min_size=1, max_size=3)
ANSWERS = st.lists(st.sampled_from(_SAID) | st.text(max_size=2), max_size=16).map("".join)
CLAIMS = st.lists(
    st.tuples(st.sampled_from(_NAMES), st.sampled_from((" is a ", " is  a\n", " IS A ")), st.sampled_from(_SAID[5:9])),
    max_size=4,
).map(lambda claims: " ".join("".join(claim) for claim in claims))


def published(answer: str, roles: dict[str, str]) -> float:
    """Return what an answer in the right format is worth, by one pattern for each name."""
    answer = answer.strip()
    if answer.lower().count("knight") + answer.lower().count("knave") != len(roles):
        return -1.0
    said = {}
    for name in roles:
        claim = re.search(rf"\b{re.escape(name)}\b\s+is\s+a\s+\b(knight|knave)\b", answer, re.IGNORECASE)
        if claim is None:
            return -1.0
        said[name] = claim[1].lower()
    return 3.0 if said == roles else -0.5


def values(outcome: Outcome) -> float:
    """Return the value of a score."""
    assert isinstance(outcome, Score)
    return outcome.value


@settings(deadline=None)
@given(roles=PEOPLE, answer=ANSWERS | CLAIMS)
def test_one_pass_over_claims_finds_those_of_each_name(roles: dict[str, str], answer: str) -> None:
    """Names that are words of claims, or that differ in case alone, are read as one pattern each would."""
    solution = "\n".join(f"({n}) {name} is a {role}" for n, (name, role) in enumerate(roles.items(), 1))
    text = f"<think>x</think><answer>{answer}</answer>"
    outcome = score("knights_knaves@v1", text, {"solution_text_format": solution}, {"marker_in_prompt": True})
    assert published(answer, roles) == values(outcome)


@settings(deadline=None)
@given(line=st.text("ab 1_é.", max_size=4).flatmap(lambda text: ANSWERS.map(lambda said: text + said)))
def test_a_line_is_read_as_the_published_pattern_reads_it(line: str) -> None:
    """The first word and the first role behind it."""
    match = re.search(r"\b([A-Za-z]+)\b.*?\b(knight|knave)\b", line.strip().split("\n")[0], re.IGNORECASE)
    solution = {"solution_text_format": line.strip().split("\n")[0]}
    answer = f"{match[1]} is a {match[2]}" if match else "nobody"
    text = f"Assistant: <think></think><answer>{answer}</answer>"
    outcome = score("knights_knaves@v1", text, solution)
    if match is None:
        assert isinstance(outcome, Failure)
    else:
        assert published(answer, {match[1]: match[2].lower()}) == values(outcome)


@settings(deadline=None)
@given(
    text=st.lists(st.sampled_from(("a", "an", "the", "The", "cat", "no", " ", "-", "<", "\u2003")) | st.text()).map(
        "".join
    )
)
def test_words_are_what_is_left(text: str) -> None:
    """The rule in its longest form."""
    bare = "".join(letter for letter in text.lower() if letter not in set(string.punctuation))
    assert re.sub(r"\b(a|an|the)\b", " ", bare).split() == plain_words(text)


@settings(deadline=None)
@given(text=st.text(), answer=st.text())
def test_any_text_has_a_value_for_any_reference_with_words(text: str, answer: str) -> None:
    """A reference without words fails whatever the completion is."""
    for reward_id in ("f1@v1", "exact_match@v1"):
        outcome = score(reward_id, text, {"answer": answer})
        assert isinstance(outcome, Score if plain_words(answer) else Failure)
        assert isinstance(outcome, Failure) or 0.0 <= outcome.value <= 1.0


@settings(deadline=None)
@given(answer=st.text().filter(plain_words))
def test_a_reference_is_equal_to_itself(answer: str) -> None:
    """Whatever its words are."""
    assert 1.0 == values(score("f1@v1", answer, {"answer": answer}))
    inner = answer.replace("<", "").replace(">", "")
    assert 1.0 == values(score("exact_match@v1", f"<answer>{inner}</answer>", {"answer": answer}))
