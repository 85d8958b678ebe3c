"""The number that a completion states last, against a GSM8K reference, exactly."""

import re
from dataclasses import dataclass

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.final_answer import Mark, adjoining, after_thinking, boxes
from rewards.text.stated_numbers import Amount, Stated, stated
from rewards.types import Detail, Frozen, Sample, Score

_MARKER = re.compile(r"#{4,}")
_PHRASE = re.compile(
    r"\banswer[\s*_]{0,4}(?:(?:to|for)\s[^.\n]{1,80}?\s)?"
    r"(?:(?:is|was|would\sbe|will\sbe|equals)\b[\s*_]{0,4}[:：]?|[:：=])"  # noqa: RUF001 - signs as models write them
    r"|^#{1,6}[ \t*_]{0,4}(?:final\s)?answer[ \t*_]{0,4}$"
    r"|^[ \t>*_]{0,8}A[ \t*_]{0,4}[:：]"  # noqa: RUF001
    r"|答案(?:应该|应)?(?:是|为|：|:)\s?[:：]?|答え(?:は|：|:)"  # noqa: RUF001
    r"|\brespuesta(?:\sfinal)?(?:\ses\b|\s?:)|\bresposta(?:\sfinal)?(?:\sé\b|\s?:)"
    r"|\b(?:antwort|lösung)(?:\s(?:ist|lautet)\b|\s?:)|\bréponse(?:\sfinale)?(?:\sest\b|\s?:)"
    r"|\brisposta(?:\sfinale)?(?:\sè\b|\s?:)|\bответ\s?(?::|—|-)",  # noqa: RUF001
    re.IGNORECASE | re.MULTILINE,
)
_NUMBERED = re.compile(r"[\s*_]{0,8}\d{1,3}[.)][\s*_]{1,8}[^\W\d_]")
_OTHER_AFTER = re.compile(
    r"[\s$*_.,;)\]\\}]{0,20}(?:or|alternatively|maybe|perhaps|possibly)\b[^\n]{0,80}", re.IGNORECASE
)
_OTHER_BEFORE = re.compile(r"(?:either\s)?[^\s]{0,40}\d[^\s]{0,40}\sor[\s$*_(\[\\]{1,20}$", re.IGNORECASE)
_DIGIT = re.compile(r"[\d¼-¾⅐-⅞]")
_SENTENCE_END = re.compile(r"[.!?](?=\s|$)")
_TAIL = 200_000
_MAX_PARTS = 50
_MAX_TRIES = 20
_MAX_STATEMENT = 2_000
_SHOWN = 200


class Reference(Frozen):
    """What the answer is compared with."""

    answer: str = Field(
        description="A GSM8K solution, or just its last line, `#### ` and the number, or just the number.",
        examples=["48 / 2 = <<48/2=24>>24\n#### 24", "#### 72", "72"],
    )


class Params(Frozen):
    """Where the answer may stand."""

    require_marker: bool = Field(
        default=False,
        description="Whether the answer must stand behind a `####`. Otherwise a box or a phrase such as `The answer "
        "is` will do where there is no marker.",
    )


@dataclass(frozen=True, slots=True)
class _Statement:
    """Where an answer is stated, and what it says."""

    place: str
    text: str
    said: Stated


def read_reference(reference: Reference, params: Params) -> Amount:
    """Return the number that the reference names."""
    text = reference.answer
    found = _statement(text, require_marker=False)
    if found is None and "\n" not in text.strip():
        found = _Statement("whole", text, stated(text))
        if not found.said.opens:
            found = None
    if found is None or found.said.amount is None:
        raise BadReference("The reference states no number, neither behind `####` nor by itself.")
    return found.said.amount


@reward(range=(0.0, 1.0), budget_s=1, read=read_reference)
def score(sample: Sample[Reference], params: Params, gold: Amount) -> Score:
    r"""The number that the completion states last is the reference's.

    **1.0**: the two are the same number (`equal`). **0.0**: they are not (`different`), the statement says two
    different numbers (`hedged`), it says none that can be read (`unreadable_answer`), or the completion makes no
    statement (`no_answer`). There is nothing between. A reference without a number is a failure, `bad_reference`.
    `details` hold the statement as `extracted`, the number read in it as `number`, and the `place`: `marker`, `boxed`
    or `phrase`.

    **Where it looks**, after the last `</think>`: behind the last `####`, to the end of that line, or on the next one
    where the line is blank. Where there is no `####`, the last of all `\boxed{}`, "The answer is ...", "Answer: ..."
    and a line `A: ...` counts; "the answer" may be said in some other languages. These are looked for in the last
    200,000 characters, and `require_marker` leaves them out. A `####` line without digits is a heading and no marker.
    One that opens with words or is numbered, `#### Step 2`, is a heading where a box or a phrase follows it.

    **What is a number**: `72`, `-72`, `+72`, `72.`, `72.0`, `.5`, `1,234.50`, `1 234`, `$72`, `72 €`, `72 apples`,
    `about 72`, `1/2`, `2 1/2`, `½`, `\frac{1}{2}`, `1.5e3`, `3 million`, `50%`, with a Unicode minus, full-width
    digits, in bold or in dollar signs; `seventy-two` is none. Other words are units or prose and not compared: `72 cm`
    equals `72`. Numbers are compared exactly, as fractions: `0.33` is not `1/3`. `50%` equals `50` and `0.5`. An
    equation, `6 * 12 = 72`, is computed, and its sides must agree. What was not computed, `6 * 12` or `70-75`, is no
    number, and neither is what is denied, `not 72`. A remark behind `for`, `in`, `because` and their like is not read.

    **Hedging never pays**: `#### 41 or 42`, `#### 41 #### 42`, `#### 41, 42`, `\boxed{41} or \boxed{42}` score 0 for
    both numbers. Statements on different lines are not a hedge; the last of them counts.

    Differences to `gsm8k_answer@v1`: the last marker counts and not the first, numbers are compared and not strings,
    and a space behind `####` is not needed. The labels of all 5,276 published model solutions are reproduced.

    Known ways to game it: the reasoning is not read, so a guess that is right is paid. A level-four heading that opens
    with a number, as the last one of a text that states its answer in a plain sentence, is taken for the answer.

    Source: written for this service. The data set and the marker are those of "Training Verifiers to Solve Math Word
    Problems", arXiv 2110.14168.
    """
    found = _statement(after_thinking(sample.completion), require_marker=params.require_marker)
    details: dict[str, Detail] = {"reference": _shown(gold)}
    if found is None:
        return Score(0.0, "no_answer", "The completion states no answer where it is looked for.", details)
    details |= {"extracted": found.text.strip()[:_SHOWN], "place": found.place}
    if found.said.is_hedged:
        return Score(0.0, "hedged", "The statement says two different numbers.", details)
    if found.said.amount is None:
        return Score(0.0, "unreadable_answer", "The statement says no number that can be read.", details)
    details["number"] = _shown(found.said.amount)
    if found.said.amount.equals(gold):
        return Score(1.0, "equal", "The stated number is the reference's.", details)
    return Score(0.0, "different", "The stated number is not the reference's.", details)


def _shown(amount: Amount) -> str:
    return f"{amount.value}{'%' * amount.is_percent}"[:_SHOWN]


def _statement(text: str, *, require_marker: bool) -> _Statement | None:
    """Return the statement that counts."""
    end = len(text)
    for _ in range(_MAX_TRIES):
        place = text.rfind("####", 0, end)
        if place < 0:
            break
        start = text.rfind("\n", 0, place) + 1
        parts = _MARKER.split(text[max(start, place - _MAX_STATEMENT) : place + len("####")])[1:-1]
        line = _line(text, place + len("####"), end)
        line = "" if any(map(_holds_digit, parts)) and not text.startswith(line, place + len("####")) else line
        marked = _joined("marker", [*parts[-_MAX_PARTS:], line])
        if marked is not None:
            is_heading = not marked.said.opens or _NUMBERED.match(line) is not None
            other = _unmarked(text[place:]) if is_heading and not require_marker else None
            return other or marked
        end = start
    return None if require_marker else _unmarked(text)


def _unmarked(text: str) -> _Statement | None:
    """Return the last statement in a box or behind a phrase."""
    text = text[-_TAIL:]
    box = _adjoined(text, boxes(text))
    phrase = _adjoined(text, _phrases(text))
    if box and (not phrase or box[0].start > phrase[0].start):
        return _joined("boxed", _with_others(text, box))
    return _joined("phrase", [mark.content for mark in phrase])


def _adjoined(text: str, marks: list[Mark]) -> list[Mark]:
    """Return the marks of the last statement, which stands on one line."""
    marks = [mark for mark in marks if _holds_digit(mark.content)]
    last = adjoining(text, marks[-_MAX_PARTS:])
    while last and "\n" in text[last[0].end : last[-1].start]:
        del last[0]
    return last


def _with_others(text: str, box: list[Mark]) -> list[str]:
    """Return the contents of boxes with what the line offers before or behind them with an `or`."""
    contents = [mark.content for mark in box]
    if (after := _OTHER_AFTER.match(text, box[-1].end)) and _holds_digit(after[0]):
        contents.append(after[0])
    before = text[max(0, box[0].start - 100) : box[0].start].rpartition("\n")[2]
    if other := _OTHER_BEFORE.search(before):
        contents.append(other[0].rpartition("or")[0])
    return contents


def _phrases(text: str) -> list[Mark]:
    """Return what the last phrases announce, in order: the rest of the line, or the next line that is not blank."""
    marks: list[Mark] = []
    end = len(text)
    for phrase in reversed(list(_PHRASE.finditer(text))[-_MAX_TRIES:]):
        content = _line(text, phrase.end(), end)
        sentence = _SENTENCE_END.search(content)
        spoken = text.find(content, phrase.end()) + (sentence.start() if sentence else len(content))
        marks.append(Mark(phrase.start(), spoken, content))
        end = phrase.start()
    return marks[::-1]


def _line(text: str, start: int, end: int) -> str:
    """Return the rest of a line, or the next line that is not blank."""
    lines = text[start : min(end, start + _MAX_STATEMENT)].split("\n")
    return next((line for line in lines if line.strip(" \t*_:#\r")), "")


def _joined(place: str, parts: list[str]) -> _Statement | None:
    """Return what the parts of one statement say together; None where no part holds a digit."""
    parts = [part for part in parts if _holds_digit(part)]
    if not parts:
        return None
    said = [stated(part.replace("\n", " ")) for part in parts]
    amounts = [each.amount for each in said if each.amount is not None]
    if any(each.is_hedged for each in said) or any(not amounts[0].equals(other) for other in amounts[1:]):
        return _Statement(place, parts[-1], Stated(is_hedged=True, opens=said[-1].opens))
    return _Statement(place, parts[-1], said[-1])


def _holds_digit(text: str) -> bool:
    return _DIGIT.search(text) is not None
