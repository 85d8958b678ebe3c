"""A quote counts where it stands, in the ways in which judges write it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.errors import JudgeUnparsable
from rewards.judging.evidence import Source, check_quote

STEPS = [
    "So $x = \\frac{1}{2}$ holds.",
    "Then 6 * 7\n= 42, as <b>said</b>.",
    "\\neq and \\times stay",
    "“It\u2019s **5** — or _six_…”, she said of the caf\u00e9.",
]


@pytest.mark.parametrize(
    "quote",
    [
        "holds.",
        "x = \\frac{1}{2}",
        "x = \\\\frac{1}{2}",
        "x = \frac{1}{2}",
        "6 * 7 = 42",
        "6*7=42",
        "\\u003cb>said",
        '"Then 6 * 7"',
        "“So”",
        "\neq and \times stay",
        "so x = \\frac{1}{2} holds",
        "6 × 7 = 42",  # noqa: RUF001 - as judges write it
        "6 * 7 = 42, as <b>said</b>...",
        "...as <b>said</b>",
        "It's 5 - or six",
        "she said of the cafe\u0301",
    ],
)
def test_a_quote_stands_in_a_step(quote: str) -> None:
    r"""However it is spaced and escaped, and where `\frac` was read as JSON reads it."""
    assert Source(STEPS).holds(quote)


@pytest.mark.parametrize(
    "quote",
    [
        "",
        " ",
        "x",
        "...",
        "= = =",
        "6 * 7 = 43",
        "holds. Then",
        "So ... holds",
        "said so",
        "6 7 = 42",
        "67 = 42",
        "It\u2019s 6",
    ],
)
def test_what_stands_in_no_step_is_no_quote(quote: str) -> None:
    """Nor is what is shorter than two characters, what has no letter or digit, or what runs over two steps."""
    assert not Source(STEPS).holds(quote)
    with pytest.raises(JudgeUnparsable, match="quote for it"):
        check_quote("it", quote, Source(STEPS))


@given(st.text(st.characters(max_codepoint=127, exclude_characters="\\\b"), min_size=2))
def test_every_text_quotes_itself(text: str) -> None:
    """As long as it has two letters or digits; what else stands at its ends need not count."""
    if sum(map(str.isalnum, text)) >= 2:
        assert Source([text]).holds(text)
