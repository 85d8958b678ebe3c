"""The format reward of verifiers' XML parser, as published."""

from typing import Annotated

from pydantic import Field

from rewards.declare import reward
from rewards.types import Frozen, NoReference, Sample, Score

_PRESENT = 0.4
_REST = 0.2

FieldName = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_-]{0,39}$")]


class Params(Frozen):
    """Which fields the parser was made with."""

    fields: tuple[FieldName, ...] = Field(
        default=("think", "answer"),
        min_length=1,
        max_length=20,
        description="The names of the tags, in order. Fields with alternative names are not offered.",
        examples=[["reasoning", "answer"]],
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    """The completion has all fields, starts with the first and ends with the last.

    The value is a sum: 0.4 times the share of fields of which a tag is there, if the block of any field is; 0.2
    always; 0.2 where the text, white space apart, starts with the first field's opening tag; 0.2 where it ends with
    the last one's closing tag. **1.0**: all of them (`match`). Between (`partial`): the block of some field, an opening
    tag with the closing one after it, is there. **0.2** to 0.6: none is (`no_block`), and 0.2 is what the empty
    completion is paid. Less than that, **0.0**, is only the value of a completion that is too long to be read. `blocks`
    and `present` in the details are how many fields have a block, and how many a tag.

    The published function is the mean over the assistant's messages; here the last message is the completion.

    Known defects, kept because runs have been trained on them:

    - The 0.2 that are always paid are meant for spacing, which is compared with itself.
    - A lone tag counts as its field: `<think>x</think></answer>` scores 1.0.
    - The order of fields, how often they occur, text between them and empty blocks do not matter.
    - Where the chat template already opens `<think>`, no completion starts with it, and the best value is 0.8.

    Source: `XMLParser.get_format_reward_func` of verifiers (verifiers/parsers/xml_parser.py, later
    verifiers/legacy/parsers/xml_parser.py), re-implemented.
    """
    text, fields = sample.completion, params.fields
    blocks = sum(_has_block(text, field) for field in fields)
    present = sum(f"<{field}>" in text or f"</{field}>" in text for field in fields)
    starts = text.lstrip().startswith(f"<{fields[0]}>")
    ends = text.rstrip().endswith(f"</{fields[-1]}>")
    # Floating-point addition is not associative: the parts are added in the published order.
    value = _PRESENT * (present / len(fields)) if blocks else 0.0
    value += _REST
    value += _REST * starts
    value += _REST * ends
    details = {"blocks": blocks, "present": present, "starts": starts, "ends": ends}
    if not blocks:
        return Score(value, "no_block", "No field has a block.", details)
    said = f"{present} of {len(fields)} fields are there."
    if present == len(fields) and starts and ends:
        return Score(value, "match", f"{said} The text starts with the first and ends with the last.", details)
    return Score(value, "partial", f"{said} Not all, or the text does not start or end with them.", details)


def _has_block(text: str, field: str) -> bool:
    """Return whether an opening tag is followed by a closing one."""
    opening = text.find(f"<{field}>")
    return opening >= 0 and text.find(f"</{field}>", opening) >= 0
