"""Everything the judge server refuses, in OpenAI's form.

JudgeServerError
├── BadRequestError      400
├── PromptTooLongError   400, context_length_exceeded
├── WrongKeyError        401
├── UnknownModelError    404
├── BusyError            429, with Retry-After
└── ModelUnusableError   500, or the end of the program while it starts
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import ClassVar

from typing_extensions import override


class JudgeServerError(Exception):
    """A request that is not answered. Its message never quotes a prompt."""

    status: ClassVar[int]
    kind: ClassVar[str] = "invalid_request_error"
    code: ClassVar[str | None] = None

    def __init__(self, message: str, param: str | None = None) -> None:
        super().__init__(message)
        self.param = param

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers of the reply."""
        return {}

    def body(self) -> dict[str, object]:
        """Return the reply."""
        return error_body(str(self), kind=self.kind, param=self.param, code=self.code)


class BadRequestError(JudgeServerError):
    """What was asked cannot be done."""

    status = HTTPStatus.BAD_REQUEST


class PromptTooLongError(JudgeServerError):
    """The prompt leaves no room for a reply."""

    status = HTTPStatus.BAD_REQUEST
    code = "context_length_exceeded"


class WrongKeyError(JudgeServerError):
    """No key, or the wrong one."""

    status = HTTPStatus.UNAUTHORIZED
    code = "invalid_api_key"


class UnknownModelError(JudgeServerError):
    """Another model than the one that is here."""

    status = HTTPStatus.NOT_FOUND
    code = "model_not_found"


class BusyError(JudgeServerError):
    """Too many requests wait already."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    kind = "rate_limit_error"
    code = "rate_limit_exceeded"

    def __init__(self, message: str, retry_after_s: int) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s

    @property
    @override
    def headers(self) -> Mapping[str, str]:
        """When to come again."""
        return {"Retry-After": str(self.retry_after_s)}


class ModelUnusableError(JudgeServerError):
    """The model cannot be loaded, or what it computes is no number."""

    status = HTTPStatus.INTERNAL_SERVER_ERROR
    kind = "server_error"


def error_body(message: str, *, kind: str, param: str | None = None, code: str | None = None) -> dict[str, object]:
    """Return an error as OpenAI writes it."""
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}
