"""A multiple-choice answer, by letter or by text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.choice_reading import Reading, first_sentence, openings, read_choice
from rewards.text.choices import LETTERS, Options, is_blank, same_text, shown_order
from rewards.text.final_answer import Mark, adjoining, after_thinking, answer_tags, boxes, last_lines
from rewards.types import Detail, Frozen, NoParams, Sample, Score

_PHRASE = re.compile(
    r"\b(?:answer|correct\s(?:option|choice))[\s*_]{0,4}(?:(?:is|would\sbe|should\sbe|must\sbe)\b[\s*_]{0,4}[:：]?|[:：])"  # noqa: RUF001
    r"|(?:答案|正确选项)(?:应该|应)?(?:是|为|选|：|:)\s?[:：]?"  # noqa: RUF001
    r"|\brespuesta(?:\s(?:correcta|final))?(?:\ses\b|\s?:)|\bresposta(?:\s(?:correta|certa|final))?(?:\sé\b|\s?:)"
    r"|\b(?:antwort|lösung)(?:\s(?:ist|lautet)\b|\s?:)|\br[ée]ponse(?:\s(?:correcte|finale))?(?:\sest\b|\s?:)"
    r"|\brisposta(?:\s(?:corretta|finale))?(?:\sè\b|\s?:)|\bответ\s?(?::|—|-)",  # noqa: RUF001
    re.IGNORECASE,
)
_MAX_PHRASES = 20
_MAX_LINE = 40
_MAX_PHRASE_CHARS = 600
_GOLD_LETTER = re.compile(r"\s*\(?\s*([A-Za-z])\s*[.)]?\s*")
_GOLD_LETTERS = re.compile(r"[A-Z](?:(?:\s*[,;&]\s*|\s+and\s+|\s*)[A-Z])+")


class Reference(Frozen):
    """The question's options and the right one."""

    answer: str = Field(
        description="The right option's letter, `B`, or its text. Several letters, `AC`, are all to be chosen.",
        examples=["B", "Paris", "AC"],
    )
    options: list[str] = Field(
        default=[],
        description="The options' texts, A first, in their original order. Without them only letters can be compared.",
        examples=[["London", "Paris", "Rome"]],
    )
    permutation_seed: int | None = Field(
        default=None,
        description="The seed by which the prompt showed the options in another order; `answer` and `options` stay in "
        "the original order.",
    )


@dataclass(frozen=True)
class _Key:
    """What is right: letters as they were shown, or a text where no options are known."""

    options: Options
    letters: str = ""
    text: str = ""
    permutation: str = ""


@reward(range=(0.0, 1.0))
def score(sample: Sample[Reference], params: NoParams) -> Score:
    r"""The completion chooses the right option, and no other.

    **1.0**: the final answer is the right letter or the right option's text (`equal`). **0.0**: it is another
    (`different`), there is none (`no_answer`), it chooses more than one or hedges (`ambiguous`), or its letter and
    its text are two options (`contradiction`). There is nothing between.

    Where it looks, after the last `</think>`; the first of these that is there decides:

    1. the last `<answer>` block,
    2. the last `\boxed{}`, with `\text{}` or the like inside or not,
    3. what follows the last of `answer is`, `Answer:`, `答案是`, `答案：`, `La respuesta es`, `Die Antwort ist`,
       `La réponse est` and their like, unless it speaks of no option,
    4. the last line, where it is only a letter.

    How it is read: `B`, `(b)`, `**B.**` and `Ｂ` are the letter B. Texts are compared without regard to white
    space, and where no option agrees, to case, and then to punctuation and markup around them. `(B) Paris` must
    agree in both. An explanation may follow a full stop or `because`. A single letter that stands for an option is
    a letter, also where it is the text of another. `A or B`, `both A and C`, `not A` and `C, not B` are
    `ambiguous`, and so are an answer that lists other options beside the first, `C. Paris D. Rome`, and several
    different answers with hardly a word between them: a list of all options earns nothing. An answer that is
    corrected in a later sentence is judged by the correction.

    Several letters in the reference are all to be chosen, in any order: `AC`, `C, A` and `A and C` are equal, and
    a part of them is `different`. Texts are not read as a list. Without options, letters in alphabetical order such
    as `AC` are read so; send the options where the right text is itself written like that.

    Options in a shuffled order: shuffle by a seed of the sample, and put that seed beside the original options as
    `permutation_seed`. It belongs to the reference and not to the params, since every sample of a batch has its own.
    Letters are then read in the order that was shown, which `rewards.text.choices.shown_order` computes for the
    builder of a data set as for this reward: indices from 0 sorted by the hexadecimal SHA-256 of
    `seed:index:option`. The detail `permutation` is that order in original letters: `CADB` says that option C was
    shown as A.

    A reference is a failure, `bad_reference`, when its answer is blank or is no option, an option is blank or is
    there twice, there is one option or more than 26, or a seed comes without options.

    Known ways to game it: the reasoning is not read, so a guess among four is right one time in four.

    Source: written for this service; golden rows of other graders (slime, l1, NeMo Gym) were the list of mistakes.
    """  # noqa: RUF002 - letters and signs as models write them
    key = _key(sample.reference)
    mark, reading = _answer(after_thinking(sample.completion), key)
    details: dict[str, Detail] = {"reference": key.letters or key.text[:200]}
    if key.permutation:
        details["permutation"] = key.permutation
    if mark is None:
        return Score(0.0, "no_answer", "The completion marks no final answer.", details)
    details |= {"extracted": mark.content.strip()[:200], "chosen": reading.letters}
    if reading.trouble == "contradiction":
        return Score(0.0, "contradiction", "The letter and the text are two different options.", details)
    if reading.trouble or (len(reading.letters) > 1 and len(key.letters) < 2):  # noqa: PLR2004 - several
        return Score(0.0, "ambiguous", "The final answer does not choose one option.", details)
    if reading.letters and reading.letters == key.letters:
        return Score(1.0, "equal", "The chosen option is the right one.", details)
    if _is_text(mark, key) and not reading.trouble:
        return Score(1.0, "equal", "The final answer is the right text.", details)
    return Score(0.0, "different", "The final answer is not the right option.", details)


def _answer(text: str, key: _Key) -> tuple[Mark | None, Reading]:
    """Return the statement that decides and what it chooses."""
    for finder in (answer_tags, boxes):
        if marks := finder(text):
            return _agreed(adjoining(text, marks), key)
    said = [mark for mark in _phrases(text) if _read(mark, key).says]
    if said:
        return _agreed(adjoining(text, said), key)
    letters = list(takewhile(_is_lone, reversed(last_lines(text, len(LETTERS) + 1))))[::-1]
    if letters:
        return _agreed(adjoining(text, letters), key)
    return None, Reading()


def _is_lone(line: Mark) -> bool:
    """Return whether a line is one letter and little else."""
    return len(line.content) < _MAX_LINE and sum(map(str.isalnum, line.content)) == 1


def _agreed(marks: Sequence[Mark], key: _Key) -> tuple[Mark | None, Reading]:
    """Return what all parts of one statement choose, or that they differ."""
    last = marks[-1]
    if is_blank(last.content):
        return None, Reading()
    reading = _read(last, key)
    differs = any(_read(mark, key) != reading for mark in marks[-len(LETTERS) - 1 :] if not is_blank(mark.content))
    return last, Reading(trouble="ambiguous") if differs and not reading.trouble else reading


def _read(mark: Mark, key: _Key) -> Reading:
    return Reading() if _is_text(mark, key) else read_choice(mark.content, key.options)


def _is_text(mark: Mark, key: _Key) -> bool:
    """Return whether the answer is the right text, where that is known without any options."""
    return bool(key.text) and any(same_text(said, key.text) for said in openings(mark.content))


def _phrases(text: str) -> list[Mark]:
    """Return what the last phrases announce, in order: the rest of the line, or the next line that is not blank."""
    marks = []
    for phrase in list(_PHRASE.finditer(text))[-_MAX_PHRASES:]:
        following = text[phrase.end() : phrase.end() + _MAX_PHRASE_CHARS]
        content = next((line for line in following.split("\n") if any(map(str.isalnum, line))), "")
        content = content[: again.start()] if (again := _PHRASE.search(content)) else content
        end = phrase.end() + following.find(content) + len(first_sentence(content))
        marks.append(Mark(phrase.start(), end, content))
    return marks


def _key(reference: Reference) -> _Key:
    """Return what is right, in the order that was shown."""
    options = reference.options
    if is_blank(reference.answer):
        raise BadReference("The reference's answer is blank.")
    if not options:
        if reference.permutation_seed is not None:
            raise BadReference("A permutation_seed needs the options that it permuted.")
        letters = _gold_letters(reference.answer, Options())
        return _Key(Options(), letters, "" if letters else reference.answer)
    if not 2 <= len(options) <= len(LETTERS):  # noqa: PLR2004 - a choice
        raise BadReference("The reference needs 2 to 26 options, or none.")
    if any(map(is_blank, options)) or len({" ".join(option.split()) for option in options}) < len(options):
        raise BadReference("An option of the reference is blank or is there twice.")
    letters = _gold_letters(reference.answer, Options(tuple(options)))
    if not letters:
        raise BadReference("The reference's answer is neither a letter nor the text of one of its options.")
    if reference.permutation_seed is None:
        return _Key(Options(tuple(options)), letters)
    order = shown_order(options, reference.permutation_seed)
    shown = sorted(LETTERS[order.index(LETTERS.index(letter))] for letter in letters)
    permutation = "".join(LETTERS[index] for index in order)
    return _Key(Options(tuple(options[index] for index in order)), "".join(shown), permutation=permutation)


def _gold_letters(answer: str, options: Options) -> str:
    """Return the letters that a reference's answer stands for, or nothing."""
    letter = _GOLD_LETTER.fullmatch(answer)
    if letter and letter[1].upper() in options.letters:
        return letter[1].upper()
    if named := options.named(answer):
        return named if len(named) == 1 else ""
    if not _GOLD_LETTERS.fullmatch(answer.strip()):
        return ""
    letters = [character for character in answer if character in LETTERS]
    rising = letters == sorted(set(letters))
    return "".join(sorted(letters)) if set(letters) <= set(options.letters) and (rising or options.shown) else ""
