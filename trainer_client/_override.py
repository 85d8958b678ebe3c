"""`typing.override` for Python 3.11, which does not have it, at no dependency."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

__all__ = ["override"]

if TYPE_CHECKING:
    from typing_extensions import override
else:
    Method = TypeVar("Method", bound=Callable)

    def override(method: Method) -> Method:
        """Mark a method that replaces one of a base class, for the type checker's eyes."""
        return method
