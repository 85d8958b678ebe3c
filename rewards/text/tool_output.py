"""Where a text pretends that a tool answered it.

A completion is written by a model alone. A block of output, the reply of an interpreter or "running the code prints
42" is then made up, whether or not what it says is right.
"""

import re
from dataclasses import dataclass

_BLOCK = re.compile(
    r"^[ \t]*+```+[ \t]*+(?:output|stdout|stderr|execution[ _]result|tool_output)[ \t]*+\r?\n(?=[^`])",
    re.MULTILINE | re.IGNORECASE,
)
_SHOWN = re.compile(
    r"^[ \t*_#]{0,8}+(?:execution |program |code )?(?:output|result of (?:running|executing) [^\n]{0,40}?)"
    r"[ \t*_:]{0,8}+\r?\n"
    r"\s{0,8}+```+[a-z]{0,10}+[ \t]*+\r?\n(?=[^`])",
    re.MULTILINE | re.IGNORECASE,
)
_STATED = re.compile(
    r"^[ \t]*+```+[ \t]*+\r?\n\s{0,8}+[*_]{0,2}(?:(?:execution|program|code|console) )?"
    r"(?:output|stdout|execution result)"
    r"[*_]{0,2}:[*_]{0,2}[ `]{0,3}[-\d\[(]",
    re.MULTILINE | re.IGNORECASE,
)
_REPLY = re.compile(
    r"^(?:Out\[\d{1,4}\]:|\[/?tool[_ ](?:output|results?|response)\b|execution results?:)"
    r"|^action(?: input)?[ \t]*+:[^\n]{1,400}\n(?:[^\n]{0,400}\n){0,3}?observation[ \t]*+:[ \t]*+\S",
    re.MULTILINE | re.IGNORECASE,
)
_TAG = re.compile(
    r"<\|?(?:tool_response|tool_output|tool_result|tool_results|function_results?|code_output|execution_output"
    r"|execution_results?|interpreter|observation)\|?>",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"^[ \t]*+```+[ \t]*+(?:python|py|python3|sympy|r|julia|javascript|js)\b", re.MULTILINE | re.IGNORECASE
)
_RUN = re.compile(
    r"\b(?:(?:after |by |when |on |upon )?(?:i |we )?(?:run|ran|running|execut(?:e|ed|ing|ion of))\s{1,4}"
    r"(?:(?:the|this|that|my|our|above|following|python|same)\s{1,4}){0,3}(?:code|script|program|snippet|function|simulation)\b"
    r"(?:\s{1,4}(?:above|below|in python|with python))?,?\s{1,4}(?:(?:i|we|it)\s{1,4})?"
    r"(?:gives?|gave|prints?|printed|outputs?|outputted|returns?|returned|yields?|yielded|shows?|showed|produces?|produced"
    r"|confirms?|confirmed|get|got|find|found|obtain|obtained|see|saw)"
    r"|(?:the|this|that|my|our|above)\s{1,4}(?:python\s{1,4})?(?:code|script|snippet)(?:\s{1,4}above)?\s{1,4}"
    r"(?:printed|prints|outputs|outputted|output|returned|gave|confirmed|confirms)"
    r"|(?:the\s{1,4}(?:python\s{1,4})?(?:interpreter|program|simulation)|python)\s{1,4}(?:printed|outputted|returned)"
    r"|(?:i|we)\s{1,4}(?:ran|executed)\s{1,4}(?:this|that|it|the\s{1,4}\w{1,12})\s{1,4}(?:in|through|with|using)\s{1,4}"
    r"(?:python|sympy|an?\s{1,4}(?:interpreter|script|program)|the\s{1,4}interpreter),?\s{1,4}and\s{1,4}(?:it\s{1,4})?"
    r"(?:got|gave|printed|returned|found|obtained|saw)"
    r"|the\s{1,4}(?:output|result)\s{1,4}(?:of|from)\s{1,4}(?:(?:the|this|that|my|our)\s{1,4})(?:python\s{1,4})?(?:code|script|snippet|program)"
    r"\s{1,4}(?:is|was))\b(?P<said>[^\n.]{0,80})",
    re.IGNORECASE,
)
_HEDGE = re.compile(
    r"\b(?:would|will|should|might|may|could|if|expect\w*|can|cannot|not|never|to)\b|n't", re.IGNORECASE
)
_NEAR = 40


@dataclass(frozen=True, slots=True)
class Pretence:
    """One place where a tool's answer is made up."""

    kind: str
    """`output_block`, `tool_tag` or `claimed_run`."""
    start: int


def pretence(text: str) -> Pretence | None:
    """Return the first place of the first kind where a text pretends that a tool wrote, or None."""
    if (block := _BLOCK.search(text)) is not None:
        return Pretence("output_block", block.start())
    has_code = _CODE.search(text)
    if has_code and (shown := _SHOWN.search(text, has_code.end())) is not None:
        return Pretence("output_block", shown.start())
    if has_code and (shown := _STATED.search(text, has_code.end())) is not None:
        return Pretence("output_block", shown.start())
    if (tag := _TAG.search(text) or _REPLY.search(text)) is not None:
        return Pretence("tool_tag", tag.start())
    for claim in _RUN.finditer(text):
        sentence = re.split(r"[.!?\n]\s", text[max(0, claim.start() - _NEAR) : claim.start()])[-1]
        if any(map(str.isdigit, claim["said"])) and not _HEDGE.search(sentence + " " + claim[0]):
            return Pretence("claimed_run", claim.start())
    return None
