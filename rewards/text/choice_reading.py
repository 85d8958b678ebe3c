"""Which options a short text chooses, said as a letter, as letters or as an option's text."""

import re
import unicodedata
from dataclasses import dataclass

from rewards.text.choices import Options, plain

MAX_CHARS = 2_000
"""Characters over which a text is not read as a choice."""

_OPEN = r"[(\[<\"'“‘「]?"  # noqa: RUF001 - quotation marks
_CLOSE = r"[)\]>\"'”’」]"  # noqa: RUF001 - as above
_LETTER = r"(?:I(?!['’]|\s+[a-z])|[A-HJ-Z])"  # noqa: RUF001 - not the pronoun in `C, I think`
_LEAD = re.compile(
    r"\s*(?:(?:the|la|die|das)\s)?\s*(?:(?:correct|final|right)\s)?\s*"
    r"(?:(?:option|answer|choice|letter|opción|opcion|antwort|réponse|reponse|选项|答案|选)\s*(?:is\b|:|：|是|为)?)?\s*",  # noqa: RUF001
    re.IGNORECASE,
)
_HEAD = re.compile(rf"{_OPEN}\s*([A-Za-z])(?![^\W_])(?:\s*{_CLOSE})?")
_AND = r"(?:[,;+&、，；]|and\b|und\b|y\b|e\b|et\b|和|与|及)"  # noqa: RUF001
_OR = re.compile(r"(?:/|or\b|oder\b|ou\b|o\b|或)", re.IGNORECASE)
_NEXT = re.compile(
    rf"\s*({_AND}\s*(?:and\b|und\b|y\b|et\b)?|/|(?:,\s*)?(?:or\b|oder\b|ou\b|o\b|或)|)\s*{_OPEN}({_LETTER})(?![^\W_])(?:\s*{_CLOSE})?",
    re.IGNORECASE,
)
_TOGETHER = re.compile(r"\W*([A-Z]{2,26})\W*")
_LOWER = re.compile(r"[a-z](?:\s*[,;&]\s*[a-z])+")
_REASON = re.compile(
    r"\b(?:because|since|which|due|given|based|weil|da|denn|car|puisque|porque|ya)\b|因为|由于",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[.!?](?=\s|$)|[。！？]|\n")  # noqa: RUF001 - Chinese sentences end too
_LABEL = re.compile(rf"(?<![^\W_])(?:{_LETTER}|(?<=\()[a-z](?=\)))(?![^\W_])")
_LAST_LABEL = re.compile(r"(.*\S)\s*[(\[]\s*([A-Za-z])\s*[)\]]\W*", re.DOTALL)
_MARKER = re.compile(r"(?<![^\W_])(?<!ption )(?<!hoice )\(?([A-Z])[.):\]]")
_BETWEEN = " .):-–—\t]"  # noqa: RUF001 - what stands between a letter and its text
_ARTICLES = "AI"


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text chooses."""

    letters: str = ""
    """The chosen letters in order, nothing where no option is chosen."""
    trouble: str = ""
    """`ambiguous` or `contradiction` where no single choice was made."""
    says: bool = True
    """Whether the text speaks of any option at all."""


def read_choice(content: str, options: Options) -> Reading:
    """Return what an answer chooses among the options.

    An answer is a letter, in any case and width, in parentheses or bold; letters with commas, `and` or nothing between
    them; the text of one option; or a letter and a text, which must name the same option. What follows a full stop
    after a letter, or a word such as `because`, explains. Before that, another option's letter or text makes the
    answer ambiguous, and so does a negation.
    """
    if len(content) > MAX_CHARS:
        return Reading(says=False)
    lone = _lone_letter(content, options)
    if lone:
        return Reading(lone)
    for text in openings(content):
        if named := options.named(text):
            others = options.mentioned(_unexplained(content), but=named) if text != content else ""
            return Reading(named) if len(named) == 1 and not others else Reading(trouble="ambiguous")
    text = unicodedata.normalize("NFKC", plain(content)).strip()
    return _together(text, options) or _led(text, options) or _named_last(text, options) or _neither(text, options)


def openings(content: str) -> tuple[str, str, str]:
    """Return what may be the answer in a text: all of it, its first sentence, and what precedes a `because`."""
    return content, first_sentence(content.strip()), _unexplained(content)


def first_sentence(text: str) -> str:
    """Return a text up to the end of its first sentence or line."""
    return _SENTENCE.split(text, maxsplit=1)[0]


def _lone_letter(content: str, options: Options) -> str:
    """Return the letter where the text is one letter of an option and punctuation."""
    text = unicodedata.normalize("NFKC", plain(content))
    words = [character for character in text if character.isalnum()]
    letter = words[0].upper() if len(words) == 1 else ""
    signs = {character for character in text if not character.isalnum() and not character.isspace()}
    return letter if letter and letter in options.letters and signs <= set("()[]<>.,:;!\"'-。") else ""


def _together(text: str, options: Options) -> Reading | None:
    """Read letters without anything between them, as in `AC`, or small ones with commas, as in `a, c`."""
    match = _TOGETHER.fullmatch(text)
    letters = match[1] if match else "".join(filter(str.isalpha, text)).upper() if _LOWER.fullmatch(text) else ""
    if letters and len(set(letters)) == len(letters) and set(letters) <= set(options.letters):
        return Reading("".join(sorted(letters)))
    return None


def _led(text: str, options: Options) -> Reading | None:
    """Read a text that starts with a letter."""
    lead = _LEAD.match(text)
    head = _HEAD.match(text, lead.end() if lead else 0)
    if head is None:
        return None
    rest = text[head.end() :]
    letter = head[1].upper()
    if not _is_label(head, rest):
        return None
    if letter not in options.letters:
        return Reading()
    chosen, either = {letter}, False
    position = 0
    while (more := _NEXT.match(rest, position)) and more[2].upper() in options.letters and _continues(more):
        chosen.add(more[2].upper())
        either = either or bool(_OR.search(more[1]))
        position = more.end()
    rest = rest[position:]
    if len(chosen) == 1 and (named := _told(rest, letter, options)) and named != letter:
        return Reading(trouble="contradiction")
    if (either and len(chosen) > 1) or _hedges(rest, chosen, options):
        return Reading(trouble="ambiguous")
    return Reading("".join(sorted(chosen)))


def _hedges(rest: str, chosen: set[str], options: Options) -> bool:
    """Return whether what follows the chosen letters brings up another option, before it explains anything."""
    text = _unexplained(rest.lstrip(_BETWEEN))
    own = "".join(sorted(chosen)) if len(chosen) == 1 else ""
    if own and options.opening(text) == own:
        text = options.without(text, own)
    others = set(options.letters) - chosen
    if any(marker[1] in others for marker in _MARKER.finditer(text)):
        return True
    said = "" if rest[:1] in {".", "。"} else first_sentence(text)
    return any(label[0].upper() in others for label in _LABEL.finditer(said)) or bool(
        options.mentioned(first_sentence(text), but=own)
    )


def _unexplained(text: str) -> str:
    """Return a text up to the first `because` or the like."""
    return _REASON.split(text, maxsplit=1)[0]


def _continues(more: re.Match[str]) -> bool:
    """Return whether a list of letters goes on: by a connective, or by a capital after a space."""
    return bool(more[1].strip()) or more[2].isupper()


def _is_label(head: re.Match[str], rest: str) -> bool:
    """Return whether a letter stands for an option and is no word such as the article `A`."""
    if not head[0].isalpha() or not rest or not rest[:1].isspace():
        letter = head[1]
        return letter.isupper() or not head[0].strip().isalpha() or not rest.strip(" .!。")
    following = rest.strip()
    if not following[:1].isalpha():
        return head[1].isupper()
    known = _REASON.match(following) or _NEXT.match(rest)
    return head[1].isupper() and (head[1] not in _ARTICLES or known is not None)


def _told(rest: str, letter: str, options: Options) -> str:
    """Return the option whose text follows a letter, the letter's own where several could."""
    text = rest.lstrip(_BETWEEN)
    if not text or not options.shown:
        return ""
    for named in (options.named(text), options.named(first_sentence(text))):
        if named:
            return letter if letter in named else named[0]
    return options.opening(text)


def _named_last(text: str, options: Options) -> Reading | None:
    """Read an option's text with its letter after it, as in `Paris (B)`."""
    match = _LAST_LABEL.fullmatch(text)
    named = options.named(match[1]) if match else ""
    if match is None or not named:
        return None
    letter = match[2].upper()
    return Reading(letter) if letter in named else Reading(trouble="contradiction")


def _neither(text: str, options: Options) -> Reading:
    """Read a text that chooses no option: it may speak of several, or of none."""
    labels = any(label[0].upper() in options.letters for label in _LABEL.finditer(text))
    if labels:
        return Reading(trouble="ambiguous")
    mentions = bool(options.mentioned(text))
    return Reading(trouble="ambiguous" if mentions else "", says=mentions)
