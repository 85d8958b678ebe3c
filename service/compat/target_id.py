"""The part of a path that names what scores."""

from typing import Annotated

from fastapi import Path

TargetId = Annotated[
    str, Path(description="The id of a reward or of a rubric.", examples=["math_equal@v2"], max_length=200)
]
