"""The choices that a label depends on, where mathematics does not decide."""

from pydantic import Field

from rewards.types import Frozen


class Conventions(Frozen):
    """What counts as the same answer."""

    rounding: bool = Field(
        default=True,
        description="Whether an exact answer equals a decimal reference of three or more digits that it rounds to, and "
        "a decimal of fifteen or more digits the exact reference that it is the rounding of.",
    )
    percent: bool = Field(
        default=True,
        description="Whether `50%` equals `50` as well as `0.5`; otherwise it equals `0.5` alone.",
    )
    units: bool = Field(
        default=False,
        description="Whether a unit that the reference has must be in the answer; otherwise a missing unit is "
        "forgiven. Two known units are converted in any case.",
    )
    ordered: bool = Field(
        default=False,
        description="Whether lists without brackets must be in the order of the reference; tuples always must.",
    )
    base: bool = Field(
        default=False,
        description="Whether the subscript that names a number's base must be in the answer; two bases are compared in "
        "any case.",
    )
