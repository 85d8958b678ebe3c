"""What may be asked: the part of the chat-completions wire that judges use.

Fields that would change the reply and that the server does not know how to honour are refused unless they ask for
nothing; all others are ignored, as clients send many.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Nothing = Annotated[float, Field(ge=0, le=0)] | None


class _Part(BaseModel):
    """Base of what a request is made of."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class TextPart(_Part):
    """A piece of a message."""

    type: Literal["text"]
    """Text is all that is read."""
    text: str
    """The piece."""


class Message(_Part):
    """One message."""

    role: Literal["system", "developer", "user", "assistant"]
    """Who speaks."""
    content: str | list[TextPart]
    """What is said."""

    def as_template_wants(self) -> dict[str, str]:
        """Return the message as chat templates know it."""
        text = self.content if isinstance(self.content, str) else "".join(part.text for part in self.content)
        return {"role": "system" if self.role == "developer" else self.role, "content": text}


class NamedSchema(_Part):
    """A JSON schema under a name."""

    name: str
    """What the caller calls it."""
    form: Annotated[dict[str, Any], Field(alias="schema")]
    """The schema, which every reply has whether `strict` is set or not."""


class ResponseFormat(_Part):
    """The form that a reply must have."""

    type: Literal["text", "json_object", "json_schema"] = "text"
    """Anything, an object, or what a schema says."""
    json_schema: NamedSchema | None = None
    """The schema, for `json_schema`."""

    @model_validator(mode="after")
    def _schema_is_there(self) -> Self:
        if self.type == "json_schema" and self.json_schema is None:
            raise ValueError("type json_schema needs json_schema: {name, schema}")
        return self

    def wanted(self) -> dict[str, Any] | None:
        """Return the schema of the reply, or None where anything goes."""
        if self.json_schema is not None and self.type == "json_schema":
            return self.json_schema.form
        return {"type": "object"} if self.type == "json_object" else None


class ChatRequest(_Part):
    """The body of `POST /v1/chat/completions`."""

    model: str
    """The model's name, as `/v1/models` lists it."""
    messages: Annotated[list[Message], Field(min_length=1)]
    """What has been said."""
    response_format: ResponseFormat = ResponseFormat()
    """The form of the reply."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """0 takes the likeliest token; 1 where nothing is said."""
    top_p: Annotated[float, Field(gt=0, le=1)] | None = None
    """The likeliest tokens that have this probability together are drawn from."""
    seed: int | None = None
    """The same seed draws the same."""
    max_tokens: Annotated[int, Field(ge=1)] | None = None
    """Longest reply; the server has a limit of its own."""
    max_completion_tokens: Annotated[int, Field(ge=1)] | None = None
    """The newer name of `max_tokens`, which it wins over."""
    stop: str | Annotated[list[str], Field(max_length=4)] | None = None
    """Texts before which the reply ends."""
    logprobs: bool | None = None
    """Whether to return the probability of each token."""
    top_logprobs: Annotated[int, Field(ge=0, le=20)] | None = None
    """How many of the likeliest tokens to return beside it."""
    chat_template_kwargs: dict[str, Any] = {}
    """What the model's chat template is told beside the messages, such as `enable_thinking`."""

    n: Literal[1] | None = None
    """One reply."""
    stream: Literal[False] | None = None
    """Replies are sent whole."""
    presence_penalty: Nothing = None
    """Not honoured."""
    frequency_penalty: Nothing = None
    """Not honoured."""
    logit_bias: Annotated[dict[str, float], Field(max_length=0)] | None = None
    """Not honoured."""
    tools: Annotated[list[Any], Field(max_length=0)] | None = None
    """Not honoured."""

    @model_validator(mode="after")
    def _top_needs_logprobs(self) -> Self:
        if self.top_logprobs is not None and not self.logprobs:
            raise ValueError("top_logprobs needs logprobs: true")
        return self

    def stops(self) -> tuple[str, ...]:
        """Return the texts before which the reply ends."""
        given = [self.stop] if isinstance(self.stop, str) else self.stop or []
        return tuple(text for text in given if text)
