"""What callers send becomes the text that is scored, whatever its shape."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from rewards.frames import encode_outcome, outcome_fields
from rewards.registry import discover
from rewards.types import Failure, FailureKind, Score
from service import wire
from tests.service.running import TEST_REWARDS

REGISTRY = discover(TEST_REWARDS)
TEXT: TypeAdapter[wire.Text] = TypeAdapter(wire.Text)
OUTCOME: TypeAdapter[wire.ScoredOutcome | wire.FailedOutcome] = TypeAdapter(wire.ScoredOutcome | wire.FailedOutcome)

texts = st.text(max_size=20)
parts = st.lists(
    st.one_of(
        st.builds(lambda text: {"type": "text", "text": text}, texts),
        st.builds(lambda url: {"type": "image_url", "image_url": url}, texts),
    ),
    max_size=4,
)
contents = st.one_of(st.none(), texts, parts)
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["assistant", "user", "tool"]), "content": contents}, optional={"name": texts}
    ),
    max_size=5,
)


def joined(content: object) -> str:
    """Return a content's text, as a reader of the documentation would."""
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part["type"] == "text")
    return content if isinstance(content, str) else ""


@given(texts)
def test_a_text_is_itself(text: str) -> None:
    """Nothing is stripped or normalised."""
    assert text == wire.plain_text(TEXT.validate_python(text))
    assert text == wire.plain_prompt(TEXT.validate_python(text))


@given(messages)
def test_the_last_assistant_message_is_the_completion(chat: list[dict[str, object]]) -> None:
    """Its text parts joined; nothing where the assistant said nothing."""
    said = [joined(message["content"]) for message in chat if message["role"] == "assistant"]
    assert (said[-1] if said else "") == wire.plain_text(TEXT.validate_python(chat))


@given(messages)
def test_a_prompt_is_all_its_messages(chat: list[dict[str, object]]) -> None:
    """A blank line between them."""
    expected = "\n\n".join(joined(message["content"]) for message in chat)
    assert expected == wire.plain_prompt(TEXT.validate_python(chat))


def test_no_prompt_is_no_prompt() -> None:
    """Absent is not empty."""
    assert wire.plain_prompt(None) is None


@given(
    st.floats(allow_nan=False, allow_infinity=False),
    texts,
    st.dictionaries(texts, st.one_of(texts, st.integers(-(2**63), 2**63 - 1))),
)
def test_a_score_fits_its_model(value: float, text: str, details: dict[str, str | int]) -> None:
    """What is rendered by hand is what the document says."""
    found = OUTCOME.validate_json(wire.render(["a"], [encode_outcome(Score(value, text, text, details))]))
    assert isinstance(found, wire.ScoredOutcome)
    assert (value, text, details) == (found.value, found.reason, found.details)


@pytest.mark.parametrize("kind", FailureKind)
def test_a_failure_fits_its_model(kind: FailureKind) -> None:
    """Its value is null, and it says whether to try again."""
    found = OUTCOME.validate_json(wire.render([None], [encode_outcome(Failure(kind, "Why."))]))
    assert isinstance(found, wire.FailedOutcome)
    assert (None, kind, kind.retryable) == (found.value, found.kind, found.retryable)


@given(st.lists(st.none() | st.text(), max_size=5))
def test_outcomes_stand_side_by_side(ids: list[str | None]) -> None:
    """Each with its id, or null; that none has one makes no difference."""
    outcomes = [Score(float(place), "ok", "Fine.") for place in range(len(ids))]
    found = orjson.loads(b"[%b]" % wire.render(ids, [encode_outcome(outcome) for outcome in outcomes]))
    assert [{"id": name, **outcome_fields(each)} for name, each in zip(ids, outcomes, strict=True)] == found


def test_schemas_are_named_after_their_version() -> None:
    """A name says which version it belongs to, and nothing else decides it."""
    assert "MatchesV1" == wire.schema_name(REGISTRY["matches@v1"])
    schema = wire.request_model(REGISTRY["matches@v1"], REGISTRY).model_json_schema()
    own = {"MatchesV1Params", "MatchesV1Reference", "MatchesV1Sample"}
    assert own == set(schema["$defs"]) - {"Message", "Messages", "JsonValue", "TokenIds"}
    assert "MatchesV1Request" == schema["title"]


def test_a_reward_without_a_reference_takes_none() -> None:
    """A field that would be ignored is refused instead."""
    model = wire.request_model(REGISTRY["length@v1"], REGISTRY)
    assert model.model_validate({"samples": [{"completion": "a"}]})
    with pytest.raises(ValidationError):
        model.model_validate({"samples": [{"completion": "a", "reference": {}}]})
