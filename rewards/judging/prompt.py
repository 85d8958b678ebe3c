"""What a judge is asked, word for word, and the form in which alone it can answer.

Both belong to the reward version that asks and are frozen with it. The judge that is asked belongs to the service.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import ConfigDict
from typing_extensions import override

from rewards.judging.fields import Fields, shown
from rewards.types import Frozen

_PLACEHOLDER = re.compile(r"\{\{([a-z_]+)\}\}")
_FENCE = "fence"
_NOT_IN_A_SCHEMA = frozenset({"title", "default", "examples", "description", "maxItems"})
"""What is not sent: it says nothing, or some servers refuse it. A verdict is held to its limits when it is read."""
_REPLY = """\
Reply with one JSON object and nothing else: no text before or behind it, no code fence. It fits this JSON schema:
"""


class Verdict(Frozen):
    """Base of what a judge answers. Its fields are asked for in their order, so a reason stands before what it is for.

    Every field is required, and nothing else is read from a reply.
    """

    model_config = ConfigDict(strict=True)

    deciding: ClassVar[tuple[str, ...]]
    """The fields that decide; two verdicts that agree on them are the same, whatever they say beside."""

    def decision(self) -> tuple[object, ...]:
        """Return what was decided."""
        return tuple(getattr(self, name) for name in self.deciding)


VerdictT = TypeVar("VerdictT", bound=Verdict)
AnswerT = TypeVar("AnswerT")


@dataclass(frozen=True, slots=True)
class Canary(Generic[AnswerT]):
    """A case whose verdict is known, asked now and then to see whether the judge still can tell."""

    name: str
    fields: Fields
    accepts: Callable[[AnswerT], bool]
    """Whether an answer is right."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as it is sent."""

    system: str
    user: str


@dataclass(frozen=True)
class _Template:
    """The words of a question. `{{name}}` stands for a field, `{{fence}}` for a line that nobody can foresee."""

    name: str
    """The reward's id, and what tells this question from its others: `faithfulness@v1/steps`."""
    system: str
    template: str

    def render(self, fields: Fields, fence: str) -> Asked:
        """Return the question about the fields. What a field holds is never looked at again.

        Args:
            fields: One value for each placeholder.
            fence: Put where the template says `{{fence}}`, around the fields.

        Raises:
            KeyError: a placeholder has no field.
        """
        written = {name: shown(value) for name, value in fields.items()} | {_FENCE: fence}
        user = _PLACEHOLDER.sub(lambda found: written[found[1]], self.template)
        return Asked(self.system.replace("{{fence}}", fence), user)


@dataclass(frozen=True)
class Prompt(_Template, Generic[VerdictT]):
    """A question that is answered by a verdict."""

    verdict: type[VerdictT]
    max_tokens: int
    bought: Callable[[Fields], VerdictT]
    """What a judge answers who gives whatever earns most: with it, one can see what the rules alone hold back."""
    canaries: Sequence[Canary[VerdictT]] = ()

    @override
    def render(self, fields: Fields, fence: str) -> Asked:
        asked = super().render(fields, fence)
        return Asked(f"{asked.system}\n\n{_REPLY}{self._form}", asked.user)

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The JSON schema of the verdict in the form that strict structured output wants."""
        whole = self.verdict.model_json_schema()
        return _strict(whole, whole.get("$defs", {}))

    @cached_property
    def _form(self) -> str:
        return json.dumps(self.schema, ensure_ascii=False)


@dataclass(frozen=True)
class Scale(_Template):
    """A question that is answered by one of a few labels, of which the probabilities are read and not the choice."""

    values: Mapping[str, float]
    """What each label is worth. A label is one capital letter, one token to every tokenizer."""
    canaries: Sequence[Canary[Mapping[str, float]]] = ()


def _strict(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Return a schema with its references filled in, every field required and none beside."""
    if "$ref" in schema:
        return _strict(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    kept = {name: value for name, value in schema.items() if name not in {*_NOT_IN_A_SCHEMA, "$defs", "properties"}}
    if "items" in kept:
        kept["items"] = _strict(kept["items"], definitions)
    if "properties" in schema:
        kept["properties"] = {name: _strict(field, definitions) for name, field in schema["properties"].items()}
        kept |= {"required": list(schema["properties"]), "additionalProperties": False}
    return kept
