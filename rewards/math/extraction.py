r"""Where a completion states its answer.

Everything is searched from the end, and every search stops at a bound, so the cost is linear in the text at any
length. What counts is the last statement: after the reasoning block, in the first of the declared places that holds
one. Boxes that follow each other with nothing but a comma or an `and` between them are one statement, a list; with an
`or` between them they are a hedge. What an explicit revision ("wait, ...") takes back does not count.
"""

import re
from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where an answer is looked for."""

    ANSWER_TAG = "answer_tag"
    """In the last `<answer>...</answer>`."""
    BOXED = "boxed"
    r"""In the last `\boxed{...}`."""
    HASH = "hash"
    """Behind the last `####`, on its line."""
    PHRASE = "phrase"
    """Behind the last "the answer is" or its like, in English and some other languages."""
    LAST_LINE = "last_line"
    """The last line, if it is a formula, or holds exactly one formula or one number."""


PLACES = (Place.ANSWER_TAG, Place.BOXED, Place.HASH, Place.PHRASE, Place.LAST_LINE)


@dataclass(frozen=True, slots=True)
class Found:
    """An answer as it stands in the text."""

    text: str
    place: Place
    core: str = ""
    """The one formula or number in a statement of several words; empty where there is none, or more."""


_MAX_ANSWER = 20_000
_MAX_BOXES = 64
_MAX_NESTED = 8
_MAX_TRIES = 3
_MAX_BETWEEN = 160
_MAX_LINE = 2_000
_ENDS = ("<|im_end|>", "<|im_start|>", "<|eot_id|>", "<|endoftext|>", "<|end|>", "</s>", "<｜end▁of▁sentence｜>")
_PHRASES = (
    "answer is",
    "answer:",
    "answer：",
    "answer**:",
    "answer =",
    "answer to",
    "option is",
    "choice is",
    "故选",
    "选择",
    "答：",
    "答:",
    "答え:",
    "정답:",
    "답:",
    "answer ",
    "answers are",
    "result is",
    "solution is",
    "答案是",
    "答案为",
    "答案為",
    "答案：",
    "答案:",
    "结果是",
    "結果是",
    "答えは",
    "答え：",
    "정답은",
    "답은",
    "respuesta es",
    "respuesta final es",
    "respuesta:",
    "resposta é",
    "resposta:",
    "réponse est",
    "réponse :",
    "réponse:",
    "risposta è",
    "risposta:",
    "antwort ist",
    "antwort lautet",
    "antwort:",
    "lösung ist",
    "ответ:",
    "ответ —",
    "ответ -",
    "odpowiedź to",
    "odpowiedź:",
    "cevap:",
    "đáp án là",
)
_PHRASES_OF_FORMULAS = frozenset(("answer ", "result is", "solution is", "answer to"))
_FILLER = re.compile(
    r"^(?:[\s:：=*_~}]|\b(?:is|equals?|to|for sure|clearly|simply|therefore|thus|then|the number|the value)\b"
    r"|为|是|共有|一共|共)+",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"[.?](?=\s|$)(?!\s*\d)|[。！？]|\s\(?(?:because|since|as|so|which|where we|hence|given that|after|i hope)\s"
    r"|\s[–—]\s|<[a-zA-Z/!|]"
    r"|,\s(?:it|since|because|as|so|which|not|but|i|we|and (?:the|it|so|this))\b",
    re.IGNORECASE,
)
_HEDGE = re.compile(r"\b(?:or|alternatively|either|maybe|perhaps|possibly|might|could)\b|或", re.IGNORECASE)
_REVISION = re.compile(
    r"\b(?:wait|actually|correction|sorry|mistake|wrong|incorrect|instead|recheck|recalculate|recompute|revis\w+|no,|hmm"
    r"|let me|on second thought|final answer)|等等|不对|错",
    re.IGNORECASE,
)
_LIST = re.compile(
    r"(?:[\s$,.;、，&~]|\\[()\[\],;!]|\\q?quad|\\text(?:rm)?\{\s*,?\s*and\s*,?\s*\}|\band\b|和|与|\\\\"
    r"|\(?[A-Za-z](?:_\{?\w\}?)?\)?\s*[=:])*"
)
_FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(?!\s*[\d,.]+\s*[-+*/=]\s*\$)([^$]+)\$|\\\((.+?)\\\)|\\\[(.+?)\\\]", re.DOTALL)
_PLAIN_NUMBER = re.compile(
    r"(?<![\w.,])[-+−]?[$€£]?(?:\d{1,3}(?:,\d{3})++|\d++)?(?:\.\d++|(?<=\d))(?:/\d++)?%?(?!\w*\d)"
)
_SAID_LAST = re.compile(
    r"(?:\b(?:is|are|equals?|was|be|by|gives?|get|have|has)\b|=)\s*"
    r"(?P<value>\$[^$]+\$|\\\([^()]*(?:\([^()]*\)[^()]*)*\\\)|[-+−]?[$€£]?\d[\d,./]*%?[A-Za-z²³°€£]{0,8}(?:\s[a-z]{1,12}){0,2})"
    r"\s*[.!。]?\s*$"
)
_WORD = re.compile(r"(?<!\\)\b[A-Za-z]{2,}\b(?![({])")
_NEGATION = re.compile(
    r"\b(?:not|no|never|neither|nor|isn't|isnt|cannot|doubt|unlikely|less|more|fewer|greater|least|most|than|twice|double|triple"
    r"|squared|cubed|half of|but|anything|any|wrong|incorrect|except|without|million|thousand|billion|if|unless)\b"
    r"|n't|\?",
    re.IGNORECASE,
)
_WITHDRAWN = re.compile(
    r"\b(?:that|this|it|which)(?:'s|\s+is|\s+was)\s+(?:wrong|incorrect|not right|not correct|a mistake)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"[\s$\\)\].,(]*(?:or|alternatively|if not,?(?: then)?)\s+(?:possibly |maybe |perhaps |also )?(?P<other>[-$(\[{\d]"
    r"[^\n]{0,60})",
    re.IGNORECASE,
)
_DENIED_BEFORE = re.compile(r"\b(?:not|isn't|never|doubt|cannot be)\b[\s:$\\(\[]*$", re.IGNORECASE)
_DENIED_AFTER = re.compile(r"[\s$\\)\].,]*(?:is|was|would be)\s+(?:not|wrong|incorrect|false)\b", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:not|cannot|never|isn't)\b|\bis the (?:final )?answer\b", re.IGNORECASE)
_PROSE = frozenset((Place.PHRASE, Place.LAST_LINE))
_HEADING_WORDS = 8
_PARTICLES = re.compile(r"(?:です|だ|입니다|이다|种|個|个|人|元)+$")
_PROSE_WORDS = 3
_FEW_WORDS = 4


def find(completion: str, places: tuple[Place, ...] = PLACES) -> Found | None:
    """Return the answer that a completion states, or None where it states none in these places.

    Args:
        completion: The whole text.
        places: Where to look; the first place that holds an answer counts.
    """
    text = scope(completion)
    is_thinking = "<think>" in text  # it never came to an end, so only what is marked as an answer is one
    for place in places:
        if is_thinking and place in {Place.PHRASE, Place.LAST_LINE}:
            continue
        found = _FINDERS[place](text)
        if found is not None and found[0].strip():
            answer, end = found
            if _WITHDRAWN.search(text[end:]) and _revised(text[end:], places) is None:
                return None
            revised = _revised(text[end:], places) if place is not Place.LAST_LINE else None
            return revised or Found(answer, place, _core(answer) if place in _PROSE else "")
    return None


def scope(completion: str) -> str:
    """Return what follows the reasoning block, up to the end of the turn; the whole text where there is no block."""
    start = completion.rfind("</think>")
    text = completion if start < 0 else completion[start + len("</think>") :]
    ends = [place for end in _ENDS if (place := text.find(end)) > 0] if "<" in text else []
    return text[: min(ends)] if ends else text


_Statement = tuple[str, int]
"""The text of an answer, and where it ends."""


def _revised(tail: str, places: tuple[Place, ...]) -> Found | None:
    """Return the answer that a text behind a statement puts in its place, if it says that it does."""
    if not tail or not _REVISION.search(tail):
        return None
    for place in (Place.HASH, Place.PHRASE):
        if place in places and (found := _FINDERS[place](tail)) is not None:
            return Found(found[0], place, _core(found[0]) if place in _PROSE else "")
    return None


def _in_tag(text: str) -> _Statement | None:
    end = text.rfind("</answer>")
    if end < 0:
        return None
    start = text.rfind("<answer>", 0, end)
    if start < 0 or end - start > _MAX_ANSWER:
        return None
    answer = text[start + len("<answer>") : end]
    inner = _in_box(answer)
    before = text[:start]
    phrased = _after_phrase(answer) if inner is None and _WORD.search(answer) else None
    found = (inner or phrased or (answer.strip(), end))[0]
    earlier = before.rfind("</answer>")
    between = before[earlier + len("</answer>") :] if earlier >= 0 else ""
    if earlier >= 0 and len(between) <= _MAX_BETWEEN and _offers_both(between):
        other = before[before.rfind("<answer>", 0, earlier) + len("<answer>") : earlier].strip()
        found = found if other == answer.strip() else rf"{other} \text{{ or }} {found}"
    return found, end


def _offers_both(between: str) -> bool:
    """Return whether what stands between two statements makes them one that offers both."""
    return bool(_LIST.fullmatch(between) or (_HEDGE.search(between) and not _REVISION.search(between)))


def _in_box(text: str) -> _Statement | None:
    r"""Return the content of the last box; of several that are one list, their contents with commas between."""
    last = _box_before(text, len(text))
    if last is None:
        return None
    start, end, content = _outermost(text, *last)
    if _DENIED_BEFORE.search(text[max(0, start - 40) : start]) or _DENIED_AFTER.match(text[end : end + 60]):
        return None
    contents = [content]
    separator = ", "
    first = start
    for _ in range(_MAX_BOXES):
        earlier = _box_before(text, first)
        if earlier is None or first - earlier[1] > _MAX_BETWEEN:
            break
        between = text[earlier[1] : first].removesuffix("\\")
        if _HEDGE.search(between) and not _REVISION.search(between):
            separator = r" \text{ or } "
        elif not _LIST.fullmatch(between):
            break
        first = earlier[0]
        contents.append(earlier[2])
    distinct = list(dict.fromkeys(part.strip() for part in reversed(contents)))
    other = _OTHER.match(text[end : end + _MAX_BETWEEN])
    if other and (offered := _statement(other["other"])):
        return rf"{separator.join(distinct)} \text{{ or }} {offered}", end
    return separator.join(distinct), end


def _box_before(text: str, before: int) -> tuple[int, int, str] | None:
    """Return start, end and content of the last box that opens before a place and closes."""
    for _ in range(_MAX_TRIES):
        start = max(text.rfind("boxed", 0, before), text.rfind(r"\fbox", 0, before))
        if start < 0:
            return None
        brace = start + len("boxed") if text.startswith("boxed", start) else start + len(r"\fbox")
        content = _content(text, brace)
        start -= text.startswith("\\", start - 1) if start else 0
        if content is not None:
            return start, content[0], content[1]
        before = start
    return None


def _content(text: str, place: int) -> tuple[int, str] | None:
    r"""Return the end and the content of the braces that open at a place; of `\boxed 42`, the word."""
    stripped = place
    while stripped < len(text) and text[stripped] in " \t":
        stripped += 1
    if stripped >= len(text):
        return None
    if text[stripped] != "{":
        word = re.compile(r"[^\s$\\]+").match(text, stripped)
        return None if word is None or stripped == place else (word.end(), word[0].rstrip(".,;"))
    depth = 0
    for match in _BRACE.finditer(text, stripped, stripped + _MAX_ANSWER * 60):
        if match[0] == "{":
            depth += 1
        elif match[0] == "}":
            depth -= 1
            if not depth:
                return match.end(), text[stripped + 1 : match.start()]
    return None


_BRACE = re.compile(r"\\[{}]|[{}]")


def _outermost(text: str, start: int, end: int, content: str) -> tuple[int, int, str]:
    """Return the outermost of the boxes that a box stands in."""
    for _ in range(_MAX_NESTED):
        outer = _box_before(text, start)
        if outer is None or outer[1] < end:
            break
        start, end, content = outer
    return start, end, content


def _after_hash(text: str) -> _Statement | None:
    start = text.rfind("####")
    if start < 0:
        return None
    start += len("####")
    end = text.find("\n", start, start + _MAX_LINE)
    line = text[start : end if end >= 0 else start + _MAX_LINE].lstrip("#").strip(" *\t")
    if not line or (len(line.split()) > _HEADING_WORDS and not _FORMULA.search(line)):
        return None
    if not any(char.isdigit() or char == "\\" for char in line) and len(_WORD.findall(line)) > 1:
        return None  # a heading
    return _FILLER.sub("", line) if not line[0].isdigit() else line, start + len(line)


def _after_phrase(text: str) -> _Statement | None:
    tail = text[-_MAX_ANSWER:]
    lower = tail.lower()
    best = (-1, "")
    for phrase in _PHRASES:
        place = lower.rfind(phrase)
        if place >= 0:
            best = max(best, (place + len(phrase), phrase))
    start, phrase = best
    if start < 0:
        return None
    statement = _statement(tail[start:])
    if not statement or _DENIED.search(
        tail[max(0, start - _MAX_BETWEEN // 8) : start] + statement[: _MAX_BETWEEN // 8]
    ):
        return None
    if phrase in _PHRASES_OF_FORMULAS and not (
        _FORMULA.match(statement) or statement[0].isdigit() or phrase.endswith("is")
    ):
        return None
    return statement, len(text)


def _core(statement: str) -> str:
    """Return the one formula or number that a statement holds beside words that do not turn it round."""
    masked = _FORMULA.sub(lambda match: "x" * len(match[0]), statement)
    if not _WORD.search(masked) or _HEDGE.search(masked) or _NEGATION.search(masked):
        return ""
    formulas = [match[0] for match in _FORMULA.finditer(statement)]
    numbers = [match[0] for match in _PLAIN_NUMBER.finditer(masked)]
    if len(formulas) + len(numbers) == 1:
        return (formulas + numbers)[0]
    said = _SAID_LAST.search(statement[-_MAX_BETWEEN * 2 :])
    return said["value"] if said else ""


def _statement(text: str) -> str:
    """Return the statement that a text begins with: to the end of its formula, its sentence or its line."""
    text = _FILLER.sub("", text.lstrip()[:_MAX_LINE])
    formula = _FORMULA.match(text)
    if formula:
        rest = text[formula.end() :].lstrip()
        if not re.match(r"(?:or|and|,|\\text|%|percent|或|和)", rest):
            return formula[0]
    line, _, _ = text.partition("\n")
    masked = _FORMULA.sub(lambda match: "x" * len(match[0]), line)
    sentence = _SENTENCE.search(masked)
    return _without_prose((line[: sentence.start()] if sentence else line).strip().rstrip("*_ "))


def _without_prose(statement: str) -> str:
    """Return what a sentence such as `the largest n is 34` or `there are 3 of them` says; others as they are."""
    statement = _PARTICLES.sub("", statement)
    masked = _FORMULA.sub(lambda match: "x" * len(match[0]), statement)
    if len(_WORD.findall(masked)) < _PROSE_WORDS or _HEDGE.search(masked) or _NEGATION.search(masked):
        return statement
    said = masked.rfind(" is ")
    if said >= 0:
        return statement[said + len(" is ") :].strip()
    numbers = list(_PLAIN_NUMBER.finditer(masked))
    return numbers[0][0] if len(numbers) == 1 and masked == statement else statement


def _on_last_line(text: str) -> _Statement | None:
    stripped = text.rstrip().removesuffix("```").rstrip()
    line = stripped[max(stripped.rfind("\n"), len(stripped) - _MAX_LINE) + 1 :].strip()
    if line in {r"\]", "$$"}:
        opening = stripped.rfind(r"\[" if line == r"\]" else "$$", 0, len(stripped) - 2)
        line = stripped[opening:] if opening >= 0 and len(stripped) - opening < _MAX_LINE else line
    if not line:
        return None
    masked = _FORMULA.sub(lambda match: "x" * len(match[0]), line)
    words = _WORD.findall(masked)
    is_whole = "\n" not in text.strip() and len(words) <= _FEW_WORDS
    is_prose = len(words) > 1 and not any(char.isdigit() or char in "\\$=(" for char in line)
    is_whole = is_whole and (len(words) == 1 or not (is_prose or _NEGATION.search(masked)))
    if not _WORD.search(masked) or is_whole or _core(line):
        return line, len(text)
    if _NEGATION.search(masked):
        return None
    said = _SAID_LAST.search(line[-_MAX_BETWEEN * 2 :])
    return (said["value"], len(text)) if said else None


_FINDERS = {
    Place.ANSWER_TAG: _in_tag,
    Place.BOXED: _in_box,
    Place.HASH: _after_hash,
    Place.PHRASE: _after_phrase,
    Place.LAST_LINE: _on_last_line,
}
