"""Tells texts written in characters that only look like the letters and marks of another script."""

import regex

_FEW = 3
"""What may be an accident, such as a letter of the wrong keyboard."""
_MIXED_WORD = regex.compile(
    r"(?<!\p{L})(?:[a-zA-Z]++[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Lisu}]"
    r"|[\p{Cyrillic}\p{Greek}\p{Armenian}\p{Cherokee}\p{Lisu}]++[a-zA-Z])\p{L}++",
    regex.VERSION1,
)
"""Three letters or more, Latin beside those of a script with the same shapes; `Δx` and `πr` are too short."""
_HIDDEN = regex.compile("(?<=[a-zA-Z])[\u200b\u2060\ufeff\u00ad](?=[a-zA-Z])")
"""An invisible character within a word."""
_WIDE_MARKUP = regex.compile(
    "[\uff1c\ufe64][/\uff0f]?[a-zA-Z_]++[\uff1e\ufe65]|[\uff03\ufe5f]{2}|[\uff3c\ufe68][a-zA-Z]{2}"
)
"""A tag, a `####` or a LaTeX command in wide or small forms. Wide `<` and `>` by themselves are how Chinese writes."""
_STYLED = regex.compile(
    "[\uff21-\uff3a\uff41-\uff5a\U0001d400-\U0001d7cb\u24b6-\u24e9\u1d00-\u1d6a\u0262\u026a\u0274\u0280\u028f\u029c\u029f\ua730\ua731]"
)
"""A wide, mathematical, circled, small capital or raised letter."""


def has_lookalikes(text: str) -> bool:
    """Return whether a text uses look-alike characters by more than accident."""
    if text.isascii():
        return False
    if _WIDE_MARKUP.search(text) or any(len(each.findall(text)) > _FEW for each in (_MIXED_WORD, _HIDDEN)):
        return True
    styled = len(_STYLED.findall(text))
    return styled > _FEW and 2 * styled > sum(map(str.isalpha, text))
