"""A model's tokenizer: how messages become tokens and tokens become text, and which tokens a schema allows next."""

import inspect
import json
from collections.abc import Mapping, Sequence
from typing import Any

import jinja2
import llguidance.hf
import llguidance.numpy
import torch
from llguidance import LLMatcher, LLTokenizer
from transformers import PreTrainedTokenizerBase

from service.judge_server.errors import BadRequestError

Messages = Sequence[Mapping[str, str]]

_SPACING = {"whitespace_flexible": False, "item_separator": ", ", "key_separator": ": "}
"""As `json.dumps` writes. Free spacing would let a small model write blanks until its tokens are spent."""
_PLAIN = "{% for m in messages %}{{ m['role'] | capitalize }}: {{ m['content'] }}\n\n{% endfor %}Assistant:"
"""For a tokenizer without a chat template."""


class Vocabulary:
    """The tokens of a model.

    Args:
        tokenizer: The tokenizer.
        width: How many tokens the model gives a probability to.
        ends: The tokens that end a reply.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerBase, width: int, ends: Sequence[int]) -> None:
        self._tokenizer = tokenizer
        self.size = min(width, len(tokenizer))
        self.ends = frozenset(ends)
        self._width = max(width, len(tokenizer))
        self._bytes = self._tokens_as_bytes()

    def prompt(self, messages: Messages, options: Mapping[str, Any]) -> list[int]:
        """Return the messages as tokens, with what makes the model reply to them.

        Raises:
            BadRequestError: the model's chat template cannot show these messages.
        """
        reserved = inspect.signature(self._tokenizer.apply_chat_template).parameters
        if taken := sorted(options.keys() & reserved.keys()):
            raise BadRequestError(f"chat_template_kwargs cannot set {', '.join(taken)}.", "chat_template_kwargs")
        try:
            text = self._rendered(messages, options)
        except jinja2.TemplateError as first:
            try:
                text = self._rendered(_without_system(messages), options)
            except jinja2.TemplateError:
                raise BadRequestError(
                    f"The model's chat template refuses these messages: {first}", "messages"
                ) from None
        tokens = self._tokenizer(text, add_special_tokens=self._tokenizer.chat_template is None)["input_ids"]
        return list(tokens)

    def text(self, tokens: Sequence[int]) -> str:
        """Return what tokens say."""
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False))

    def bytes_of(self, token: int) -> bytes:
        """Return the bytes that a token stands for, which need not be whole characters."""
        if self._bytes is None or token >= self.size:
            return self.text([token]).encode()
        return bytes(self._bytes.decode_bytes([token]))

    def constraint(self, schema: Mapping[str, Any]) -> "Constraint":
        """Return what allows only tokens that lead to JSON of a schema.

        Raises:
            BadRequestError: the schema, or this tokenizer, cannot be followed.
        """
        if self._bytes is None:
            raise BadRequestError("This model's tokenizer cannot be held to a schema; ask for text.", "response_format")
        grammar = LLMatcher.grammar_from_json_schema(json.dumps(schema), overrides=_SPACING)
        if problem := LLMatcher.validate_grammar(grammar, self._bytes):
            raise BadRequestError(f"The schema cannot be followed: {problem[:500]}", "response_format")
        return Constraint(self._bytes, grammar)

    def _rendered(self, messages: Messages, options: Mapping[str, Any]) -> str:
        template = None if self._tokenizer.chat_template else _PLAIN
        text = self._tokenizer.apply_chat_template(
            [dict(each) for each in messages],
            chat_template=template,
            tokenize=False,
            add_generation_prompt=True,
            **options,
        )
        return str(text)

    def _tokens_as_bytes(self) -> LLTokenizer | None:
        try:
            return llguidance.hf.from_tokenizer(
                self._tokenizer, n_vocab=self._width, eos_token=sorted(self.ends) or None
            )
        except (ValueError, AttributeError):  # a tokenizer that is not one of the library `tokenizers`
            return None


class Constraint:
    """Follows a reply, and knows which tokens may come next."""

    def __init__(self, tokens: LLTokenizer, grammar: str) -> None:
        self._tokens = tokens
        self._matcher = LLMatcher(tokens, grammar)
        self._mask = llguidance.numpy.allocate_token_bitmask(1, tokens.vocab_size)

    def only_allowed(self, logits: torch.Tensor) -> torch.Tensor:
        """Return the logits with those of all other tokens at minus infinity."""
        llguidance.numpy.fill_next_token_bitmask(self._matcher, self._mask)
        allowed = logits.clone()
        llguidance.numpy.apply_token_bitmask_inplace(allowed.numpy(), self._mask)
        return allowed

    def advance(self, token: int) -> bool:
        """Take a token; return whether the reply is whole and nothing may follow.

        Raises:
            BadRequestError: the schema takes more work than it may.
        """
        self._matcher.consume_token(token)
        if self._matcher.is_error():
            raise BadRequestError(
                f"The schema cannot be followed: {self._matcher.get_error()[:500]}", "response_format"
            )
        return bool(self._matcher.is_stopped())

    def text(self, tokens: Sequence[int]) -> str:
        """Return what tokens say, byte for byte as the schema was held against it."""
        return str(self._tokens.decode_str(list(tokens)))


def _without_system(messages: Messages) -> Messages:
    """Return the messages with what the system says at the head of what the user says, for templates that know none."""
    told = [each["content"] for each in messages if each["role"] == "system"]
    rest = [each for each in messages if each["role"] != "system"]
    if not told or not rest:
        return messages
    return [{"role": rest[0]["role"], "content": "\n\n".join([*told, rest[0]["content"]])}, *rest[1:]]
