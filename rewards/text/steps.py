"""A completion as numbered steps, as a judge is shown it.

A step is a line, or a sentence of running prose. What stands in it is verbatim, so that a quote of it can be checked;
tags of the form, marks of chat templates and characters that are not seen are left out, and tags and marks end a step.
"""

import re
from collections.abc import Iterable, Iterator

import regex

MAX_STEPS = 200
"""Most steps that are told apart. A text with more sentences is cut at lines, one with more lines at blank lines,
and one with more paragraphs has several in a step."""
MAX_CHARS = 2_000
"""Length over which a step is cut."""

_TOGETHER = 150
"""Most steps of several paragraphs, before those that are too long are cut."""
_LINE_CHARS = 400
"""Length up to which a line that begins as a step stays one, whatever sentences it holds."""
_NEXT_CHARS = 60
"""Characters behind the end of a sentence in which the next one has to say something."""
_HEADING_WORDS = 8
_LEAST_TOKENS = 3
"""Words, numbers and signs of a sentence; what has fewer goes on with the one before."""

_FORM = re.compile(
    r"</?[A-Za-z][\w-]{2,40}+[ ]?/?>|</?(?:s|br)>|<[|｜][^|｜<>\n]{1,60}+[|｜]>"  # noqa: RUF001 - as templates write it
    r"|\[/?(?:INST|SYS|SYSTEM|USER|ASSISTANT|TOOL|AVAILABLE_TOOLS)\]|<</?SYS>>"
)
_HEADER = re.compile(
    r"\s*(?:<\|im_start\|>\s{0,4}|<\|start_header_id\|>|<start_of_turn>)(?:assistant|model)(?:<\|end_header_id\|>)?\s"
)
"""How chat templates open the turn that is a completion."""
_TURN_END = re.compile(
    r"<\|(?:im_end|im_start|eot_id|eom_id|endoftext|end_of_text|end|user|system|start_header_id)\|>|</s>|<eos>"
    r"|<(?:end|start)_of_turn>|<｜(?:end▁of▁sentence|User)｜>|\[INST\]"  # noqa: RUF001 - as templates write it
)
_BREAK = regex.compile(r"\r\n?|[\p{Zl}\p{Zp}\x0b\x0c\x85]")
_HIDDEN = regex.compile(r"[\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Cc}--[\n\t]]", regex.VERSION1)
_MARKED = re.compile(
    r"[#>*_ \t]{0,8}(?:(?:step|schritt|étape|paso|passo|шаг|步骤|ステップ|단계)[ ]?\d{1,3}\b"
    r"|第[ ]?[\d一二三四五六七八九十]{1,3}[ ]?步|\(?\d{1,3}[.)](?=[ *])|[-*•+][ ])",
    re.IGNORECASE,
)
"""How a line begins that is laid out as a step."""
_HEADING = re.compile(r"[ \t]{0,8}(?:#{1,6}[ ]|\*\*|__)|[*_ ]{0,4}step[ ]?\d{1,3}\b", re.IGNORECASE)
_CONTINUED = re.compile(r"[ \t]{0,40}(?:[=&≈≤≥⇒→]|\\(?:\[|\\|approx|implies|Rightarrow|end\{|begin\{|le|ge)|\$\$)")
"""How a line begins that goes on with the one before."""
_ENDED = frozenset(".!?…。！？।؟")  # noqa: RUF001 - as languages end their sentences
_LEADING = frozenset(":：,，=")  # noqa: RUF001 - as above
_SAYING = re.compile(r"[^\W_]")
_OPENINGS = (("\\[", "\\]"), ("\\begin{", "\\end{"))
_TWINS = ("$$", "```")
_SENTENCE_END = re.compile(
    r"(?<!\b[A-Za-z])(?<!\b(?:Mr|Ms|Dr|St|vs|al|No|Eq|eq))(?<!\b(?:Mrs|Fig|etc))[.!?…][\"'”’)\]*]{0,4}+[ \t]+(?![a-z ])"  # noqa: RUF001
    r"|[。！？।][”」)]{0,2}+[ \t]*"  # noqa: RUF001 - as above
)
_TOKEN = regex.compile(
    r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]|\p{L}[\p{L}\p{M}]*+|\p{N}++|[-+*/=<>^%≈≤≥≠×÷√→⇒]"  # noqa: RUF001
)


def tokens(text: str) -> list[str]:
    """Return the words, numbers and signs of a text; in scripts without blanks, each character is a word."""
    found: list[str] = _TOKEN.findall(text)
    return found


def turn(text: str) -> str:
    """Return a completion up to the end of its turn, without the head of it: what stands behind is no part of it."""
    header = _HEADER.match(text)
    start = header.end() if header else 0
    end = _TURN_END.search(text, start)
    return text[start : end.start() if end else None]


def plain(text: str) -> str:
    """Return a text as its steps are cut from it: without tags of a form and without characters that are not seen."""
    visible: str = _HIDDEN.sub("", _BREAK.sub("\n", text))
    return _FORM.sub("\n", visible)


def steps(text: str) -> list[str]:
    """Return the steps of a text: at most `MAX_STEPS` of up to 50,000 characters."""
    paragraphs = list(_paragraphs(plain(text).split("\n")))
    lines = [line for paragraph in paragraphs for line in paragraph]
    found: list[str] = []
    for cut in (
        [sentence for line in lines for sentence in _sentences(line)],
        lines,
        ["\n".join(paragraph) for paragraph in paragraphs],
        _together(["\n".join(paragraph) for paragraph in paragraphs]),
    ):
        found = [piece for step in cut for piece in _pieces(step) if _SAYING.search(piece)]
        if len(found) <= MAX_STEPS:
            break
    return found


def _together(paragraphs: list[str]) -> list[str]:
    """Return as many neighbours at a time as leave few enough steps, also where some of these are cut again."""
    size = -(-len(paragraphs) // _TOGETHER) or 1
    return ["\n\n".join(paragraphs[start : start + size]) for start in range(0, len(paragraphs), size)]


def _paragraphs(raw: Iterable[str]) -> Iterator[list[str]]:
    """Yield the lines between blank ones, each with those that go on with it."""
    lines: list[str] = []
    opened = _Openings()
    for line in map(str.strip, raw):
        if lines and len(lines[-1]) + len(line) < MAX_CHARS and (opened.any or _goes_on(lines[-1], line)):
            lines[-1] = f"{lines[-1]}\n{line}" if line else lines[-1]
        elif line:
            lines.append(line)
            opened = _Openings()
        elif lines and not _leads_on(lines[-1]):
            yield lines
            lines = []
        opened.read(line)
    if lines:
        yield lines


class _Openings:
    """Which displays and blocks of code are open."""

    def __init__(self) -> None:
        self._depths = [0] * len(_OPENINGS)
        self._open = [False] * len(_TWINS)

    def read(self, line: str) -> None:
        """Go over a line."""
        for place, (opening, closing) in enumerate(_OPENINGS):
            self._depths[place] = max(0, self._depths[place] + line.count(opening) - line.count(closing))
        for place, mark in enumerate(_TWINS):
            self._open[place] ^= bool(line.count(mark) % 2)

    @property
    def any(self) -> bool:
        """Whether a display or a block of code is open."""
        return any(self._depths) or any(self._open)


def _goes_on(before: str, line: str) -> bool:
    """Return whether a line belongs to what stands before it."""
    if not line or _MARKED.match(line):
        return False
    return not _SAYING.search(line) or _CONTINUED.match(line) is not None or _leads_on(before)


def _leads_on(line: str) -> bool:
    """Return whether a line announces what follows: it ends so, or it is a heading."""
    last = line.rpartition("\n")[2].rstrip("* _$")
    if not _SAYING.search(line):
        return True
    if last[-1:] in _LEADING:
        return True
    return (
        "\n" not in line
        and last[-1:] not in _ENDED
        and "=" not in last
        and _HEADING.match(line) is not None
        and len(tokens(line)) <= _HEADING_WORDS
    )


def _sentences(line: str) -> Iterator[str]:
    """Yield the sentences of a line of prose; a line that is laid out as a step, or a display, is one."""
    if "\n" in line or (len(line) <= _LINE_CHARS and _MARKED.match(line)):
        yield line
        return
    start = 0
    for end in _SENTENCE_END.finditer(line):
        is_long_enough = len(tokens(line[start : end.end()])) >= _LEAST_TOKENS
        if is_long_enough and len(tokens(line[end.end() : end.end() + _NEXT_CHARS])) >= _LEAST_TOKENS:
            yield line[start : end.end()].strip()
            start = end.end()
    yield line[start:].strip()


def _pieces(step: str) -> Iterator[str]:
    """Yield a step, or the parts of one that is too long, cut at a blank where there is one."""
    while len(step) > MAX_CHARS:
        cut = max(step.rfind(" ", MAX_CHARS // 2, MAX_CHARS), step.rfind("\n", MAX_CHARS // 2, MAX_CHARS))
        end = cut if cut > 0 else MAX_CHARS
        yield step[:end].strip()
        step = step[end:].strip()
    yield step
