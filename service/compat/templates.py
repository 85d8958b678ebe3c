"""Cuts the completion out of a whole conversation as a tokenizer decodes it, special tokens and all."""

from collections.abc import Sequence
from enum import StrEnum


class Template(StrEnum):
    """A family of chat templates, or how else a prompt ends."""

    CHATML = "chatml"
    LLAMA2 = "llama2"
    LLAMA3 = "llama3"
    LLAMA4 = "llama4"
    MISTRAL = "mistral"
    GEMMA = "gemma"
    DEEPSEEK = "deepseek"
    PHI3 = "phi3"
    PHI4 = "phi4"
    GLM = "glm"
    HARMONY = "harmony"
    COMMAND_R = "command_r"
    GRANITE = "granite"
    KIMI = "kimi"
    VICUNA = "vicuna"
    PLAIN = "plain"
    """`Assistant:`, which an ordinary text may hold, so that nobody looks for it unasked."""


_MARKERS = {
    Template.CHATML: "<|im_start|>assistant\n",
    Template.LLAMA2: "[/INST]",
    Template.LLAMA3: "<|start_header_id|>assistant<|end_header_id|>\n\n",
    Template.LLAMA4: "<|header_start|>assistant<|header_end|>\n\n",
    Template.MISTRAL: "[/INST]",
    Template.GEMMA: "<start_of_turn>model\n",
    Template.DEEPSEEK: "<\uff5cAssistant\uff5c>",
    Template.PHI3: "<|assistant|>\n",
    Template.PHI4: "<|im_start|>assistant<|im_sep|>",
    Template.GLM: "<|assistant|>",
    Template.HARMONY: "<|start|>assistant<|channel|>final<|message|>",
    Template.COMMAND_R: "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>",
    Template.GRANITE: "<|start_of_role|>assistant<|end_of_role|>",
    Template.KIMI: "<|im_assistant|>assistant<|im_middle|>",
    Template.VICUNA: "ASSISTANT:",
    Template.PLAIN: "Assistant:",
}
"""Behind which the completion begins."""
_WORDS = {Template.VICUNA, Template.PLAIN}
_SPECIAL = tuple(dict.fromkeys(marker for template, marker in _MARKERS.items() if template not in _WORDS))
_BEGINNINGS = (
    "<s>",
    "<|begin_of_text|>",
    "<bos>",
    "<|endoftext|>",
    "<\uff5cbegin\u2581of\u2581sentence\uff5c>",
    "[gMASK]<sop>",
)
_ENDS = (
    "<|im_end|>",
    "<|endoftext|>",
    "</s>",
    "<|eot_id|>",
    "<|eom_id|>",
    "<|eot|>",
    "<|end_of_text|>",
    "<|finetune_right_pad_id|>",
    "<end_of_turn>",
    "<eos>",
    "<pad>",
    "<\uff5cend\u2581of\u2581sentence\uff5c>",
    "<|end|>",
    "<|return|>",
    "<|END_OF_TURN_TOKEN|>",
    "[EOS]",
    "[PAD]",
)


def completion_of(query: str, prompt: str | None, template: Template | None = None) -> str | None:
    """Return what the model wrote; None where nobody can tell.

    Args:
        query: Prompt and completion, decoded together.
        prompt: The prompt, with or without its template.
        template: What to look for; None looks for the prompt, and then for every known template.
    """
    query = _without_beginning(query)
    prompt = None if prompt is None else _without_beginning(prompt)
    if template is not None:
        found = _behind(query, prompt, [_MARKERS[template]])
    elif prompt and query.startswith(prompt):
        found = query[len(prompt) :]
    else:
        found = _behind(query, prompt, _SPECIAL)
    return None if found is None else _without_ends(found)


def _behind(query: str, prompt: str | None, markers: Sequence[str]) -> str | None:
    """Return the text behind the first marker after the prompt, or where the prompt is not there, behind the last one.

    What the model wrote may hold a marker of its own, which must not hide what stands before it.
    """
    start = query.find(prompt) if prompt else -1
    if start >= 0:
        after = start + len(prompt or "")
        # A templated prompt ends with the marker, so that the search may begin inside of it.
        for marker in markers:
            if query.endswith(marker, 0, after):
                return query[after:]
        ends = [(at, -len(marker)) for marker in markers if (at := query.find(marker, after)) >= 0]
        if ends:
            at, length = min(ends)
            return query[at - length :]
    ends = [(at + len(marker), 0) for marker in markers if (at := query.rfind(marker)) >= 0]
    return query[max(ends)[0] :] if ends else None


def _without_beginning(text: str) -> str:
    """Return a text without the tokens that open a sequence; a decoded prompt has them and a stored one has not."""
    start = 0  # the text is cut once: there may be a token of padding for each place that is not filled
    while (token := next((each for each in _BEGINNINGS if text.startswith(each, start)), None)) is not None:
        start += len(token)
    return text[start:]


def _without_ends(text: str) -> str:
    """Return a text without the tokens that end a turn."""
    end = len(text)  # as above
    while True:
        bare = _end_of_words(text, end)
        token = next((each for each in _ENDS if text.endswith(each, 0, bare)), None)
        if token is None:
            return text[:end]
        end = bare - len(token)


def _end_of_words(text: str, end: int) -> int:
    """Return where the whitespace begins that a text has before a place."""
    while end and text[end - 1].isspace():
        end -= 1
    return end
