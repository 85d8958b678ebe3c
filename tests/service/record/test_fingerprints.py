"""By what samples are known again."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from rewards.frames import SampleFields
from service.record.fingerprints import Fingerprints, message
from service.scoring import submission

PARTS = st.tuples(
    st.text(max_size=5),
    st.one_of(st.none(), st.text(max_size=5)),
    st.dictionaries(st.text(max_size=3), st.text(max_size=3)),
)


def sample(parts: tuple[str, str | None, dict[str, str]]) -> SampleFields:
    """Return a sample of such a completion, prompt and reference."""
    completion, prompt, reference = parts
    return submission(completion, {**reference}, prompt=prompt)


@given(PARTS, PARTS)
def test_only_equal_samples_have_the_same_message(one: object, other: object) -> None:
    """No text can be moved from one part into another unseen."""
    assert (one == other) == (message(sample(one)) == message(sample(other)))  # type: ignore[arg-type]


@given(st.binary(max_size=200), PARTS)
def test_a_fingerprint_is_an_hmac(secret: bytes, parts: tuple[str, str | None, dict[str, str]]) -> None:
    """As the standard library makes it."""
    assert hmac.digest(secret, message(sample(parts)), "sha256") == Fingerprints(secret).of([sample(parts)])


def test_the_order_of_a_references_fields_means_nothing() -> None:
    """It is not the caller's to keep."""
    assert message(submission("", {"a": 1, "b": 2})) == message(submission("", {"b": 2, "a": 1}))
