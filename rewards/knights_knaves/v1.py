"""Logic-RL's reward for puzzles of knights and knaves, as published."""

import re
from dataclasses import dataclass

from pydantic import Field

from rewards.declare import reward
from rewards.errors import BadReference
from rewards.text.tag_order import fault
from rewards.types import Detail, Frozen, Sample, Score

_MARKERS = ("Assistant:", "<|im_start|>assistant")
_TAGS = ("<think>", "</think>", "<answer>", "</answer>")
_NAME = re.compile(r"\b([A-Za-z]+)\b", re.IGNORECASE)
_ROLE = re.compile(r"\b(knight|knave)\b", re.IGNORECASE)
# One pass for all names. The claim is looked at and not used up, since its words may be names themselves.
_CLAIM = re.compile(r"\b([A-Za-z]+)\b(?=\s++is\s++a\s++\b(knight|knave)\b)", re.IGNORECASE)
_LOOK_ALIKES = str.maketrans("\u0130\u0131\u017f\u212a", "iisk")
_MAX_PEOPLE = 100
_SHOWN = 200

_FORMAT = 1.0
_RIGHT = 2.0
_WRONG = -1.5
_UNREAD = -2.0


class Reference(Frozen):
    """The solution of the puzzle."""

    solution_text_format: str = Field(
        description="One line for each person, with the name as the first word and `knight` or `knave` behind it.",
        examples=["(1) Zoey is a knave\n(2) Oliver is a knight"],
    )


class Params(Frozen):
    """What the completion is part of."""

    marker_in_prompt: bool = Field(
        default=False,
        description="Whether the prompt, which is not read, ended the user's turn: the completion then needs no "
        "`Assistant:` of its own.",
    )


@dataclass(frozen=True, slots=True)
class Solution:
    """Who is what, by the name as it is written."""

    roles: dict[str, str]


def read_solution(reference: Reference, params: Params) -> Solution:
    """Return the roles that a reference states, the last one of a name that it states twice."""
    roles = {}
    for line in reference.solution_text_format.split("\n"):
        name = _NAME.search(line)
        role = _ROLE.search(line, name.end()) if name else None
        if name and role:
            roles[name[1]] = role[1].lower()
    if not 0 < len(roles) <= _MAX_PEOPLE:
        raise BadReference("The reference must state the roles of 1 to 100 people, each on a line of its own.")
    return Solution(roles)


@reward(range=(-3.0, 3.0), read=read_solution)
def score(sample: Sample[Reference], params: Params, solution: Solution) -> Score:
    """The completion is in the format, and its answer gives everyone the right role.

    The value is 1 for the format and 2 for the answer. **3.0**: all roles are right (`equal`). **-0.5**: the answer is
    read, and a role is wrong (`different`). **-1.0**: the format is right, and the answer cannot be read: it is empty
    (`no_answer`), it says `knight` and `knave` less or more often than there are people, or of someone it does not say
    `NAME is a knight` or `NAME is a knave` (both `unreadable_answer`), or the text has neither `Assistant:` nor
    `<|im_start|>assistant` (`no_marker`). **-3.0**: `<think>`, `</think>`, `<answer>` and `</answer>` do not occur once
    each in this order (`missing_tag`, `repeated_tag`, `wrong_order`). A reference that states no role, or those of more
    than 100 people, is a failure, `bad_reference`; where none is stated, the published function can read no answer.

    The published function is given prompt and completion as one text. Send that as the completion, or the completion
    alone with `marker_in_prompt`: the value is the same unless the prompt has tags after its marker or the completion
    writes `Assistant:` itself.

    Known defects, kept because runs have been trained on them:

    - `Zoey: knave`, `Zoey is the knave` and `Zoey must be a knave` are `unreadable_answer`, and so is a right answer
      with one `knight` too many, as in `so there is one knight`.
    - A wrong answer in the format, -0.5, is worth more than a right one in other words, -1.0.
    - What stands around a claim is not read: `Zoey is a knight or Oliver is a knave` claims both, and `It is false that
      Zoey is a knave` claims that she is one.
    - The thought may be empty, and text may stand before, between and after the blocks.
    - Without `Assistant:` in the text, every completion is worth -1.0 or -3.0.

    Source: `compute_score` of Logic-RL (verl/utils/reward_score/kk.py), re-implemented.
    """
    text, marked = _turn(sample.completion, params)
    found = fault(text, _TAGS)
    if found is not None:
        return Score(_UNREAD - _FORMAT, found.reason, found.explanation, {"tag": found.tag})
    if not marked:
        return Score(
            _FORMAT + _UNREAD, "no_marker", "No answer is looked for, as no marker opens the assistant's turn."
        )
    answer = text.partition("<answer>")[2].partition("</answer>")[0].strip()
    if not answer:
        return Score(_FORMAT + _UNREAD, "no_answer", "The answer block is empty.")
    details: dict[str, Detail] = {"extracted": answer[:_SHOWN], "people": len(solution.roles)}
    said = _said(answer, solution)
    if said is None:
        explanation = "The answer does not state exactly one role for each person, in the words that are read."
        return Score(_FORMAT + _UNREAD, "unreadable_answer", explanation, details)
    if said == solution.roles:
        return Score(_FORMAT + _RIGHT, "equal", "Everyone has the right role.", details)
    return Score(_FORMAT + _WRONG, "different", "Someone has the wrong role.", details)


def _turn(text: str, params: Params) -> tuple[str, bool]:
    """Return the assistant's turn, and whether anything says that it is."""
    if params.marker_in_prompt:
        return text, True
    marker = next((marker for marker in _MARKERS if marker in text), None)
    return (text, False) if marker is None else (text.partition(marker)[2], True)


def _said(answer: str, solution: Solution) -> dict[str, str] | None:
    """Return the role that an answer gives to each person, None where it does not."""
    lower = answer.lower()
    if lower.count("knight") + lower.count("knave") != len(solution.roles):
        return None
    claims: dict[str, str] = {}
    for claim in _CLAIM.finditer(answer):
        claims.setdefault(_folded(claim[1]), claim[2].lower())
    said = {name: claims.get(_folded(name), "") for name in solution.roles}
    return said if all(said.values()) else None


def _folded(name: str) -> str:
    """Return a name so that two are equal where a pattern without regard to case takes them for one."""
    return name.translate(_LOOK_ALIKES).lower()
