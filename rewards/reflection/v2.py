"""Checks and corrections that did some work, in a completion whose answer is right."""

from pydantic import Field

from rewards.declare import reward
from rewards.text.attempt import refusal
from rewards.text.events import Behaviour, Event, reflections
from rewards.types import Detail, Frozen, Needs, NoReference, Sample, Score

_VERDICT = "math_equal@v2"
_SHOWN = 200


class Params(Frozen):
    """How much reflection is paid, and for which answers."""

    gate: bool = Field(
        default=True, description="Whether only a completion whose answer is right, by math_equal@v2, is paid."
    )
    enough: int = Field(default=2, ge=1, le=20, description="Events from which on more of them are not worth more.")


@reward(range=(0.0, 1.0), needs=(_VERDICT,), supersedes=("reflection@v1",))
def score(sample: Sample[NoReference], params: Params, needs: Needs) -> Score:
    """The answer is right, and the completion checked or corrected itself to some effect.

    The value is the number of events over `enough`, two unless said otherwise, **1.0** at most (reason `reflected`).
    **0.0**: no event (`no_reflection`), an answer that `math_equal@v2` does not find right (`wrong_answer`), or a text
    that is no attempt: empty, an echo of the prompt, stuffed with tags, keywords, options or answers, endless
    repetition, look-alike letters, a bare opening, cut off in mid-sentence (the reason says which). `details` have the
    number of `verifications` and `backtrackings`, and what was `checked` and `changed` first.

    **An event is work, not a word.** Phrases only say where to look, in the whole text, and each inflection will do.

    - *Verification*: behind "check", "verify", "confirm", "another way", "plug it back" and their like, within five
      sentences or lines, stands a sum that holds, that the text has not stated before in whatever order, and that comes
      to a number that stood there already. Most of its terms stood there too, and one number of it was obtained, not
      only given. `72 - 24 = 48` checks `48 + 24 = 72`, and so does `72 - 48 = 24`, but both are one check. The next
      step of the solution checks nothing.
    - *Backtracking*: "wait", "that's wrong", "doesn't work", "I made a mistake" and their like stand between a value
      and another one for the same thing: the same variable, the same sum, or two words or numbers in common. The first
      value is neither used nor stated again, and is not what the text ends with. A new value from a sum that does not
      hold is none.

    Phrases that are denied ("no need to verify", "without checking") or quoted are no events, and neither is a keyword
    without work: keywords alone are worth 0.0, however many.

    With `gate: false` the answer is not looked at. The sample has to have a reference all the same, since the verdict
    is asked for before this reward is: without one it is a failure, `missing_reference`. `cognitive_behaviours@v2`
    finds the same events and needs none.

    Differences to `reflection@v1`: events are counted and not words; a denial is worth nothing; inflections count;
    words for steps and aims earn nothing; a wrong answer earns nothing; two events are enough.

    Known ways to game it: a mistake that is planted and corrected, and checks that could not have failed, such as
    turning round the sums of a solution, are paid, up to `enough`; watch `backtrackings` while accuracy stands still.
    Known limits: sums are read where they are written with numbers and signs (or plus, minus, times, divided by) and
    without units between; checks in words or by algebra are not seen, and phrases are looked for in English.
    Behind 400,000 characters a text is not read.

    Source: written for this service; what went wrong with `reflection@v1` is in its own documentation.
    """
    refused = refusal(sample.completion, sample.prompt)
    if refused is not None:
        return Score(0.0, refused.reason, refused.explanation)
    if params.gate and needs[_VERDICT].value < 1:
        return Score(0.0, "wrong_answer", f"The answer was not found right: {needs[_VERDICT].reason}.")
    found = reflections(sample.completion)
    details = _details(found)
    if not found:
        return Score(0.0, "no_reflection", "No check was computed and no value was corrected.", details)
    value = min(len(found), params.enough) / params.enough
    return Score(value, "reflected", f"{len(found)} checks and corrections did some work.", details)


def _details(found: list[Event]) -> dict[str, Detail]:
    checks = [event for event in found if event.behaviour == Behaviour.VERIFICATION]
    changes = [event for event in found if event.behaviour == Behaviour.BACKTRACKING]
    details: dict[str, Detail] = {"verifications": len(checks), "backtrackings": len(changes)}
    if checks:
        details["checked"] = checks[0].work[:_SHOWN]
    if changes:
        details["changed"] = changes[0].work[:_SHOWN]
    return details
