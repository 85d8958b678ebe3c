"""Honest completions: some reasoning and a right answer, in every frame that a reward might read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_REASONING = (
    "Let me work through this step by step. First, I write down what is given and what is asked for. "
    "Step 2: from that I compute what is needed. Wait, let me verify this: I check the result against the question "
    "once more, and it holds. So the result is {answer}."
)
"""One line, since some published formats allow no more; it reflects, since some rewards pay for that."""

_ENVELOPES = {
    "{answer}": "{reasoning}\n\n{answer}",
    "<answer>{answer}</answer>": "{reasoning}\n<answer>{answer}</answer>",
    "<think>⏎…⏎</think>⏎<answer>⏎{answer}⏎</answer>": "<think>\n{reasoning}\n</think>\n<answer>\n{answer}\n</answer>",
    "<think>…</think><answer>{answer}</answer>": "<think>{reasoning}</think><answer>{answer}</answer>",
    "<think>⏎…⏎</think>⏎{answer}": "<think>\n{reasoning}\n</think>\n\n{answer}",
    "<reasoning>⏎…⏎</reasoning>⏎<answer>⏎{answer}⏎</answer>⏎": (
        "<reasoning>\n{reasoning}\n</reasoning>\n<answer>\n{answer}\n</answer>\n"
    ),
    "<reasoning>…</reasoning><answer>{answer}</answer>": "<reasoning>{reasoning}</reasoning><answer>{answer}</answer>",
    "<start_working_out>…<end_working_out><SOLUTION>{answer}</SOLUTION>": (
        "<start_working_out>{reasoning}<end_working_out><SOLUTION>{answer}</SOLUTION>"
    ),
    "Assistant: <think>…</think> <answer>{answer}</answer>": (
        "Assistant: <think>{reasoning}</think> <answer>{answer}</answer>"
    ),
}
"""How a frame is shown, and the text itself."""

_INNER = {
    "x": "{answer}",
    "\\boxed{x}": "\\boxed{{answer}}",
    "#### x": "#### {answer}",
    "The answer is x.": "The answer is {answer}.",
    "$x$": "${answer}$",
}
"""How the answer itself may be written."""

_MARKS = {"\\boxed": "\\boxed{x}", "####": "#### x"}
"""What a prompt says where it asks for one of these."""

_THINKING = ("think", "thinking", "thought", "thoughts", "reasoning", "scratchpad", "analysis")
_ANSWERING = ("answer", "final_answer", "solution", "final", "result", "output", "response")
_OPENING = re.compile(rf"<({'|'.join(_THINKING + _ANSWERING)})>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Frame:
    """A way to write a completion."""

    name: str
    """How it is shown, the answer as `x`, the reasoning as dots and a newline as an arrow."""

    template: str
    """The completion with `{reasoning}` and `{answer}` in their places."""

    def completion(self, answer: str) -> str:
        """Return the completion that states an answer."""
        return self.template.replace("{reasoning}", _REASONING).replace("{answer}", answer)


def frames() -> list[Frame]:
    """Return the frames that do not depend on the prompt."""
    return [Frame("x", "{answer}"), *_dressed()]


def _dressed() -> Iterator[Frame]:
    for shown, envelope in _ENVELOPES.items():
        for name, inner in _INNER.items():
            if shown == "{answer}" and name == "x":
                continue  # a bare answer behind reasoning announces nothing, and no prompt asks for it
            yield Frame(shown.replace("{answer}", name), envelope.replace("{answer}", inner))


def prompted(prompt: str) -> Frame | None:
    r"""Return the frame that a prompt's own instructions show; None where they show none.

    What is read are pairs of tags for thinking and for answering, `\boxed` and `####`. Where the prompt ends with an
    opening tag, the completion goes on behind it.
    """
    name = next((shown for mark, shown in _MARKS.items() if mark in prompt), "x")
    inner = _INNER[name]
    tags = _pairs(prompt)
    if not tags:
        return None if name == "x" else Frame(f"prompt: {name}", f"{{reasoning}}\n\n{inner}")
    text = _as_shown(prompt, tags) or _in_turn(tags)
    template = text.replace("{answer}", inner)
    for tag in tags[:1]:
        if prompt.rstrip().lower().endswith(f"<{tag.lower()}>"):
            template = template.partition(f"<{tag}>")[2]
    shown = template.replace(inner, name).replace("{reasoning}", "…").replace("\n", "⏎")
    return Frame(f"prompt: {shown}", template)


def _pairs(prompt: str) -> list[str]:
    """Return the tags that a prompt opens and closes, in order, thinking before answering."""
    found = dict.fromkeys(match[1] for match in _OPENING.finditer(prompt))
    pairs = [tag for tag in found if f"</{tag}>" in prompt]
    thinking = [tag for tag in pairs if tag.lower() in _THINKING][:1]
    answering = [tag for tag in pairs if tag.lower() in _ANSWERING][:1]
    return thinking + answering


def _in_turn(tags: list[str]) -> str:
    """Return the frame of a prompt that names its tags in a sentence."""
    last = tags[-1]
    if last.lower() in _THINKING:
        return f"<{last}>\n{{reasoning}}\n</{last}>\n\n{{answer}}"
    before = "{reasoning}\n" if len(tags) == 1 else f"<{tags[0]}>\n{{reasoning}}\n</{tags[0]}>\n"
    return f"{before}<{last}>\n{{answer}}\n</{last}>"


def _as_shown(prompt: str, tags: list[str]) -> str | None:
    """Return the frame as the prompt lays it out, with its own newlines; None where it only names its tags."""
    if len(tags) == 1:
        return None
    thinking, answering = map(re.escape, tags)
    body = r"(\s*)(?:[^<]{0,200}?)(\s*)"
    shown = re.search(f"<{thinking}>{body}</{thinking}>(\\s*)<{answering}>{body}</{answering}>(\\n?)", prompt)
    if shown is None:
        return None
    begin, end, between, before, after, last = shown.groups()
    return (
        f"<{tags[0]}>{begin}{{reasoning}}{end}</{tags[0]}>{between}"
        f"<{tags[1]}>{before}{{answer}}{after}</{tags[1]}>{last}"
    )
