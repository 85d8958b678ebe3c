"""From two texts to a verdict: the reference is read once, and any number of answers are held against it."""

import re
from dataclasses import dataclass
from functools import lru_cache

from rewards.errors import BadReference
from rewards.math import extraction, notation
from rewards.math.compare import Comparison
from rewards.math.conventions import Conventions
from rewards.math.equations import said
from rewards.math.forms import Alternatives, Form, Relation, Sequence
from rewards.math.lexer import UnreadableError
from rewards.math.parser import readings
from rewards.math.words import covers

_MAX_HEDGES = 20
_MAX_REMEMBERED = 300
"""Characters up to which an answer's verdict is remembered: what is kept must stay far below a worker's memory."""
_CHOICE = re.compile(r"\(?\s*([A-J])\s*\)?(?:\s*[.:)]\s*|\s+(?=[A-Z])|$)(?P<rest>.*)", re.DOTALL)
_SEVERAL = re.compile(r"\\?\{?\s*\(?[A-J]\)?(?:\s*(?:,\s*(?:and\b)?|\band\b|&)\s*\(?[A-J]\)?)+\s*\\?\}?")
_LETTERED = re.compile(r"\(\s*([A-J])\s*\)\s*(?P<value>(?!\(?\s*[A-J]\b)[^\s].*)", re.DOTALL)
_OPTION = re.compile(r"(?:the\s+)?(?:correct\s+)?(?:option|choice|answer)\s+(?:is\s+)?", re.IGNORECASE)
_SENTENCE = re.compile(r"[A-Za-z]{2,} +[a-z]{2,}")
_REFUSED = re.compile(r"\bis\b|^\s*(?:wrong|incorrect|not|[A-J]\b)", re.IGNORECASE)
_LETTERS = re.compile(r"[A-J](?:(?:\s*,\s*|\s*and\s*|\s*&\s*|\s*)[A-J])+")
_TEXT_COMMANDS = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf|textrm|mbox|operatorname)\s*\{([^{}]*)\}")
_WORDS = re.compile(r"[A-Za-z][A-Za-z ,.'-]*")


@dataclass(frozen=True, slots=True, eq=False)
class Gold:
    """A reference, read. Compared by identity: a reading is made once and used many times."""

    plain: str
    canonical: str
    forms: tuple[Form, ...]
    """What it may say; empty where it can only be compared by its text."""
    letters: frozenset[str]
    """The options that it names, where it looks like a choice."""
    option: str
    """The text behind its one letter, where it has any."""
    text: str
    """Its words, where it has nothing else."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison found."""

    equal: bool
    reason: str
    """`equal_` or `different_` with the tier that decided; `hedged`, `unreadable_answer` or `undecided`."""
    conventions: tuple[str, ...] = ()
    """The conventions that the verdict depends on."""

    @property
    def explanation(self) -> str:
        """One sentence for people."""
        return _EXPLANATIONS.get(self.reason) or _EXPLANATIONS[self.reason.partition("_")[0]]


_EXPLANATIONS = {
    "equal": "The answer is equal to the reference.",
    "different": "The answer is not equal to the reference.",
    "hedged": "The answer offers several values, of which the reference is one.",
    "unreadable_answer": "The answer cannot be read, and its text is not the reference's.",
    "undecided": "No tier could tell whether the answer is equal to the reference, so it is not paid.",
}
_UNREADABLE = Verdict(False, "unreadable_answer")


def read(reference: str) -> Gold:
    """Return a reference as answers are compared with it.

    Raises:
        BadReference: it is blank, or it is neither a formula nor a short text.
    """
    if len(reference) > notation.MAX_CHARS:
        return Gold(reference.strip(), "", (), frozenset(), "", "")  # answers equal it to the letter or not at all
    if "answer is" in reference and (found := extraction.find(reference, (extraction.Place.PHRASE,))):
        reference = found.text
    plain = notation.plain(_unboxed(reference))
    if not plain or plain == "\\":
        raise BadReference("The reference is blank.")
    try:
        forms = tuple(readings(_value_of_option(plain) or plain))
    except UnreadableError:
        forms = ()
    return Gold(plain, notation.canonical(plain), forms, _letters(plain), _option_text(plain), _text(plain))


def judge(gold: Gold, answer: str, conventions: Conventions) -> Verdict:
    """Return whether an answer is the reference's."""
    judge_one = _remembered if len(answer) <= _MAX_REMEMBERED else _judge
    return judge_one(gold, answer, conventions)


@lru_cache(maxsize=10_000)
def _remembered(gold: Gold, answer: str, conventions: Conventions) -> Verdict:
    return _judge(gold, answer, conventions)


def _judge(gold: Gold, answer: str, conventions: Conventions) -> Verdict:
    if len(answer) > notation.MAX_CHARS:
        return Verdict(True, "equal_form") if answer.strip() == gold.plain else _UNREADABLE
    plain = notation.plain(_unboxed(answer))
    if notation.canonical(plain) == gold.canonical:
        return Verdict(True, "equal_form")
    if not plain:
        return _UNREADABLE
    if gold.letters and (chosen := _chosen(gold, plain)) is not None:
        return chosen
    if gold.text and (text := _text(plain)) and covers(gold.text, text):
        return Verdict(True, "equal_text")
    value = _value_of_option(plain)
    if value and not gold.letters:
        return _judge(gold, value, conventions)
    try:
        forms = readings(plain)
    except UnreadableError:
        return _UNREADABLE
    if not gold.forms:
        return Verdict(False, "different_text")
    return _compared(gold.forms, forms, conventions)


def _chosen(gold: Gold, plain: str) -> Verdict | None:
    """Return the verdict on an answer to a multiple choice; None where the answer names no option."""
    letters = _letters(plain)
    if not letters:
        # Words around a letter are no option: `A triangle has three sides`.
        return Verdict(False, "different_text") if _SENTENCE.search(_TEXT_COMMANDS.sub(r"\1", plain)) else None
    if len(gold.letters) > 1 and re.search(r"\bor\b", plain):
        return Verdict(False, "hedged")
    if (theirs := _option_text(plain)) and gold.option and theirs != gold.option:
        return Verdict(False, "different_text")
    if letters == gold.letters:
        return Verdict(True, "equal_text")
    return Verdict(False, "hedged" if len(gold.letters) == 1 and gold.letters < letters else "different_text")


def _compared(golds: tuple[Form, ...], answers: list[Form], conventions: Conventions) -> Verdict:
    """Return the verdict of the first pair of readings that are equal, else that of the last."""
    tier = "structure"
    for gold in golds:
        for answer in answers:
            comparison = Comparison(conventions)
            if comparison.matches(gold, answer):
                return Verdict(True, f"equal_{comparison.tier}", tuple(comparison.used))
            tier = comparison.tier
    if any(_hedges(gold, answer, conventions) for gold in golds for answer in answers):
        return Verdict(False, "hedged")
    return Verdict(False, "undecided" if tier == "open" else f"different_{tier}")


def _hedges(gold: Form, answer: Form, conventions: Conventions) -> bool:
    """Return whether an answer of several values has the one value of the reference among them."""
    match answer:
        case Alternatives(items) | Sequence("", "", items) if len(items) <= _MAX_HEDGES:
            if isinstance(gold, Alternatives | Sequence):
                return False
            return any(Comparison(conventions).equal(gold, item) for item in items)
        case Relation(operators, sides) if set(operators) <= {"=", "~"} and len(sides) <= _MAX_HEDGES:
            values = said(answer)
            return len(values) > 1 and any(Comparison(conventions).equal(gold, side) for side in values)
    return False


def _unboxed(text: str) -> str:
    r"""Return what a text that is one `\boxed{...}` holds."""
    stripped = text.strip().strip("$").strip()
    while stripped.startswith(r"\boxed{") and stripped.endswith("}"):
        inner = stripped[len(r"\boxed{") : -1]
        depth = 0
        for char in inner:
            depth += (char == "{") - (char == "}")
            if depth < 0:
                return text
        text = stripped = inner.strip()
    return text


def _letters(plain: str) -> frozenset[str]:
    """Return the options that a text names: `B`, `(B)`, `B. Paris`, `A, C`; none where it is something else."""
    text = _OPTION.sub("", _TEXT_COMMANDS.sub(r"\1", plain).strip().rstrip("."))
    if (lettered := _LETTERED.fullmatch(text)) and not _REFUSED.search(lettered["value"]):
        return frozenset(lettered[1])
    if _SEVERAL.fullmatch(text):
        return frozenset(re.findall(r"[A-J]", text))
    text = re.sub(r",\s*and\b", " and", text)
    if _LETTERS.fullmatch(text):
        found = re.findall(r"[A-J]", text)
        return frozenset(found) if sorted(set(found)) == found or "," in text or " " in text else frozenset()
    match = _CHOICE.fullmatch(text)
    if match is not None and (_REFUSED.search(match["rest"]) or re.search(r"[=<>^_?]", match["rest"])):
        return frozenset()
    if match is None or re.match(r"(?:or|and|,|/|\\|[-+*^_=<>(])", match["rest"]):
        return frozenset()
    if match["rest"] and not re.match(r"[A-Za-z]{2,}", match["rest"]) and text[1:2] not in {".", ")", ":"}:
        return frozenset()
    return frozenset(match[1])


def _value_of_option(plain: str) -> str:
    r"""Return the value behind the letter of an option, `12` of `\textbf{(B)}\ 12`; empty where there is none."""
    match = _LETTERED.fullmatch(_TEXT_COMMANDS.sub(r"\1", plain).strip())
    return match["value"].strip() if match and any(char.isdigit() for char in match["value"]) else ""


def _option_text(plain: str) -> str:
    """Return the text behind the letter of an option, `paris` for `D. Paris`."""
    match = _CHOICE.fullmatch(_TEXT_COMMANDS.sub(r"\1", plain).strip().rstrip("."))
    return " ".join(re.findall(r"[a-z]+", match["rest"].lower())) if match else ""


def _text(plain: str) -> str:
    """Return a text of words alone, lower case; empty for anything else."""
    text = " ".join(_TEXT_COMMANDS.sub(r" \1 ", plain).split()).strip(" .")
    return text.lower() if len(text) > 1 and _WORDS.fullmatch(text) else ""
