"""Templates for the probes of formats and small tasks: texts that follow a format, nearly follow it, and do not."""

from collections.abc import Iterator, Sequence
from itertools import product
from random import Random

Row = dict[str, object]
Pieces = Sequence[str]

_FILLERS = (
    *(
        "\n",
        " ",
        "\n\n",
        "\r\n",
        "\t",
        "\u2003",
        "x",
        "So ",
        "two\nlines",
        " Done.",
        "<b>",
        "<think>",
        "</think>",
        "72",
    ),
    *("<answer>", "</answer>", "</Think>", "< think>", "```", "```python", "Action:", "Action Input:", "Assistant:"),
)
_LINES = ("<think>", "\n", "48 / 2 = 24", "\n", "</think>", "\n", "<answer>", "\n", "72", "\n", "</answer>")
_ONE_LINE = ("<think>", "48 / 2 = 24", "</think>", "<answer>", "72", "</answer>")
_EMPTY = ("<think>", "\n", "</think>", "\n", "<answer>", "\n", "</answer>", "\n")
_CODE = (*_LINES[:8], "```python", "\n", "print(72)", "\n", "```", "\n", "</answer>")
_REACT = ("<think>", "look it up", "</think>", "\n", "Action:", " search", "\n", "Action Input:", " 72")
_THOUGHT = ("<think>", "48 / 2 = 24", "</think>")
_REVERSED = (*_ONE_LINE[3:], "\n", *_ONE_LINE[:3], "\n")
_SECOND = (*_LINES, "\n", "<answer>", "\n", "73", "\n", "</answer>")

_STEPS = (
    *("Step 1:", "Step 22:", "Step \u0663:", "Step :", "step 1:", "Step 1.", "Step  1:", "Steps 1:", "1.", "2.", "33."),
    *("1)", "\n-", "\n*", "\n- ", "\n**", "-", "*", "\r-", "\n -", "First,", "Second,", "Next,", "Finally,", "Third,"),
    *("first,", "First", "FirstSecond,", "Then,", "Next ,", "\n", "\n\n", " ", "so ", "24", "\u00bd.", "\n1."),
)

_PEOPLE = (("Zoey", "Oliver"), ("Ann",), ("is", "a"), ("Ava", "Ben", "Cid"), ("Kit", "kit"), ("knight", "Ik"))
_CLAIMS = (
    *(
        "@ is a ~",
        "@ IS A ~",
        "@  is\na\t~",
        "@ is the ~",
        "@: ~",
        "@ is a ~s",
        "@ must be a ~",
        "@, is a ~",
        "x@ is a ~",
    ),
    *(
        "@ is not a ~",
        "@ is a ~.",
        "(1) @ is a ~",
        "@ is an ~",
        "@ is a @ is a ~",
        "@\u00a0is\u00a0a ~",
        "@ is a **~**",
    ),
)
_TURNS = (
    *("Assistant: <think>x</think><answer>@</answer>", "<think>x</think><answer>@</answer>", "<answer>@</answer>"),
    *("<|im_start|>assistant\n<think>x</think>\n<answer>\n@\n</answer>", "Assistant: <think>x</think>@"),
    *("Assistant: <answer>@</answer><think>x</think>", "<answer>a</answer>Assistant:<think></think><answer>@</answer>"),
    *("Assistant: <think>x<answer>@</answer>", "Assistant: <think>x</think><answer>@</answer><answer>@</answer>"),
)
_SOLUTIONS = (
    "",
    "\n",
    "nobody knows",
    "knight",
    "1 is a knight",
    "A1 is a knave",
    "Ann: knights",
    "is a knight\nor so",
)

_WORDS = ("eiffel", "Tower", "the", "a", "an", "The", "yes", "no", "noanswer", "72", "$72", "7.2", "-72", "caf\u00e9")
_ANSWERS = (
    "the Eiffel Tower",
    "yes",
    "No",
    "noanswer",
    "72",
    "7.2",
    "a",
    "...",
    "",
    "tower tower",
    "caf\u00e9",
    "no one",
)
_MATCHES = (
    *("<answer>@</answer>", "<answer>\n@.\n</answer>\n", "@", "<answer>@", "@</answer>", "</answer><answer>@"),
    *("<answer>x</answer><answer>@</answer>", "<answer>@</answer><answer>x</answer>", "<ANSWER>@</ANSWER>", "The @!"),
)


def near(random: Random, *rights: Pieces) -> Iterator[str]:
    """Yield texts in a format, the same with one piece changed in every way, and with several changed by chance."""
    for right in rights:
        yield "".join(right)
        for place in range(len(right)):
            head, piece, tail = right[:place], right[place], right[place + 1 :]
            yield "".join([*head, *tail])
            yield "".join([*head, piece, piece, *tail])
            yield "".join([*head, *tail[:1], piece, *tail[1:]])
            yield "".join([*head, piece.upper(), *tail])
        for place in range(len(right) + 1):
            for filler in random.sample(_FILLERS, 4):
                yield "".join([*right[:place], filler, *right[place:]])
        yield from ("".join(right[place:]) for place in (1, 2, len(right)))
    for _ in range(120):
        pieces = list(random.choice(rights))
        for _ in range(random.randint(2, 4)):
            place = random.randrange(len(pieces) + 1)
            pieces[place : place + random.randint(0, 1)] = random.choices(_FILLERS, k=random.randint(0, 2))
        yield "".join(pieces)


def plain_rows(random: Random) -> Iterator[Row]:
    """Yield texts of a think block and an answer block."""
    for text in near(random, _LINES, _ONE_LINE, _EMPTY, _SECOND, _THOUGHT, _REVERSED):
        yield {"completion": text}


def code_rows(random: Random) -> Iterator[Row]:
    """Yield answers in a fence, in python and in another language."""
    for text in near(random, _CODE, (*_CODE[:-1], " Done.", "\n", "</answer>", "\n"), _LINES):
        yield {"completion": text}
        if random.random() < 0.3:
            yield {"completion": text.replace("python", "cpp"), "params": {"language": random.choice(("cpp", "c"))}}


def react_rows(random: Random) -> Iterator[Row]:
    """Yield actions, and an answer without one."""
    for text in near(random, _REACT, (*_REACT, "\n", "Observation:", " 72", "\n", "Action:", "x"), _ONE_LINE):
        yield {"completion": text}


def scaled_rows(random: Random) -> Iterator[Row]:
    """Yield texts of both blocks, with several scales."""
    for row in plain_rows(random):
        yield row
        if random.random() < 0.2:
            yield {**row, "params": {"reward_scale": random.choice((0.1, 0.5, 2, 10))}}


def field_rows(random: Random) -> Iterator[Row]:
    """Yield texts of both blocks, with the fields of a parser named and not."""
    for row in plain_rows(random):
        yield row
        if random.random() < 0.4:
            names = random.choice(
                (["answer"], ["answer", "think"], ["think", "b", "answer"], ["Think", "answer", "x-1"])
            )
            yield {**row, "params": {"fields": names}}


def step_rows(random: Random) -> Iterator[Row]:
    """Yield every mark of a step and what only looks like one, alone and in a row."""
    for mark in _STEPS:
        for text in (mark, f"x {mark} y", f"\n{mark}"):
            yield {"completion": text}
    for _ in range(240):
        marks = random.choices(_STEPS, k=random.randint(2, 9))
        yield {"completion": random.choice(("", " a ", "\n")).join(marks)}


def knight_rows(random: Random) -> Iterator[Row]:
    """Yield answers that tell all roles, some, too many or none, in the words that are read and in others."""
    for people, claim, turn in product(_PEOPLE, _CLAIMS, _TURNS):
        if turn != _TURNS[0] and random.random() < 0.7:
            continue
        roles = [random.choice(("knight", "knave")) for _ in people]
        said = [role if random.random() < 0.8 else "knave" for role in roles]
        claims = [claim.replace("@", name).replace("~", role) for name, role in zip(people, said, strict=True)]
        if random.random() < 0.2:
            claims = random.choice((claims[1:], [*claims, "one knight"], [*claims, claims[0]], claims[::-1]))
        solution = "\n".join(
            f"({n}) {name} is a {role}" for n, (name, role) in enumerate(zip(people, roles, strict=True))
        )
        row: Row = {"completion": turn.replace("@", ", ".join(claims)), "reference": {"solution_text_format": solution}}
        yield row
        if random.random() < 0.2:
            yield {**row, "params": {"marker_in_prompt": True}}
    for solution, claim in product(_SOLUTIONS, ("is is a knight", "A is a knave", "", "Ann is a knight")):
        completion = _TURNS[0].replace("@", claim)
        yield {"completion": completion, "reference": {"solution_text_format": solution}}


def overlap_rows(random: Random) -> Iterator[Row]:
    """Yield texts that share many words with the reference, few or none."""
    for answer in _ANSWERS:
        reference = {"answer": answer}
        for text in (*_ANSWERS, answer.upper(), f"{answer}.", f"<answer>{answer}</answer>", f"It is {answer}", "!"):
            yield {"completion": text, "reference": reference}
    for _ in range(160):
        words = random.choices(_WORDS, k=random.randint(1, 6))
        yield {"completion": " ".join(words), "reference": {"answer": " ".join(random.sample(_WORDS, 3))}}


def match_rows(random: Random) -> Iterator[Row]:
    """Yield answers in every place, written as the reference and otherwise."""
    for answer, shape in product(_ANSWERS, _MATCHES):
        for text in (answer, answer.title(), random.choice(_ANSWERS)):
            yield {"completion": shape.replace("@", text), "reference": {"answer": answer}}


CORPORA = {
    "open_r1_format@v1": plain_rows,
    "tag_count@v1": plain_rows,
    "reasoning_steps@v1": step_rows,
    "code_format@v1": code_rows,
    "trl_think_format@v1": plain_rows,
    "swift_format@v1": plain_rows,
    "swift_react_format@v1": react_rows,
    "logic_rl_structure@v1": plain_rows,
    "soft_format@v1": scaled_rows,
    "verifiers_xml_format@v1": field_rows,
    "verifiers_think_format@v1": plain_rows,
    "knights_knaves@v1": knight_rows,
    "f1@v1": overlap_rows,
    "exact_match@v1": match_rows,
}
