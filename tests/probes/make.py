"""Writes the probe corpus: for every released version, texts that its rules tell apart.

`python -m tests.probes.make` wrote the files beside this one, once. They are inputs of the behaviour digests,
so a released version's file never changes; a new version gets a new file.
"""

import importlib
import json
import sys
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from random import Random

Row = dict[str, object]
Corpus = Callable[[Random], Iterator[Row]]

_XML = ("reasoning", "answer")
_FILLER = (
    "",
    "x",
    "two words",
    "72",
    "line\nline",
    "\n",
    " ",
    "\t",
    "<b>",
    "<reasoning>",
    "</answer>",
    "é",
    "²",
)
_ANSWERS = (
    *(
        "72",
        "-72",
        "72.0",
        "$72",
        "1,072",
        "+5",
        "0",
        "007",
        " 72 ",
        "72\n",
        "",
        " ",
        "²",
        "①",
        "٣",
        "\uff17\uff12",
        "½",
        "1e3",
    ),
    *(
        "seventy",
        "72 apples",
        "x=72",
        "9" * 400,
        "\u221272",
        "72\u00a0",
        "\u200b72",
        "7 2",
        "0x10",
        "4/2",
        "72<",
        "é",
    ),
)
_KEYWORDS = (
    *(
        "backtrack",
        "error",
        "fix",
        "mistake",
        "re-evaluate",
        "re-evalation",
        "re-evaluation",
        "flawed approach",
    ),
    *(
        "incorrect  step",
        "verify",
        "check",
        "confirm",
        "test",
        "cross-validate",
        "revalidation",
        "re-validate",
    ),
    *(
        "unit analysis",
        "dimension\nanalysis",
        "edge case check",
        "boundary check",
        "edge\tcase check",
        "step",
        "stage",
    ),
    *(
        "phase",
        "subtask",
        "decompose into 3",
        "decompose in 12",
        "decompose into three",
        "milestone 2",
        "checkpoint 7",
    ),
    *(
        "track progress at",
        "track progress on",
        "target",
        "goal",
        "required",
        "work backwards",
        "working backwards",
    ),
    *("reverse engineer", "reverse logic", "deduce from final", "deduce from outcome", "deduce  from final"),
)
_PLAIN = (
    *(
        "steps",
        "checked",
        "errors",
        "goals",
        "testing",
        "the",
        "so",
        "Wait",
        "hmm",
        "24",
        "Überprüfen",
        "step_1",
    ),
    *(
        "STEP",
        "Verify",
        "MISTAKE",
        "checkpoint",
        "boundary",
        "test\u017f",
        "Kontrolle",
        "验证",
        "pre-check",
        "step-by-step",
    ),
)


def xml_texts(random: Random, tags: tuple[str, str]) -> Iterator[str]:
    """Yield texts that follow, nearly follow and do not follow two blocks."""
    first, second = tags
    for gap, around, end in product(
        ("", "\n", " ", "\n\n", "x"), ("", "\n"), ("", "\n", "\n\n", " ", "after", "\nafter")
    ):
        for inner in ("work", "two\nlines", ""):
            yield (f"<{first}>{around}{inner}{around}</{first}>{gap}<{second}>{around}72{around}</{second}>{end}")
    pieces = [f"<{slash}{tag}>{line}" for slash, tag, line in product(("", "/"), tags, ("", "\n"))]
    for _ in range(160):
        yield "".join(random.choice([*pieces, *pieces, *_FILLER]) for _ in range(random.randint(0, 9)))


def answer_texts(random: Random) -> Iterator[str]:
    """Yield texts that hold an answer in tags, in several, in broken ones or in none."""
    for answer in _ANSWERS:
        yield from (
            answer,
            f"<answer>{answer}</answer>",
            f"<reasoning>\nr\n</reasoning>\n<answer>\n{answer}\n</answer>\n",
        )
        yield from (
            f"<answer>{answer}",
            f"{answer}</answer> tail",
            f"</answer><answer>{answer}</answer></answer>",
        )
        other = random.choice(_ANSWERS)
        yield f"<answer>{other}</answer> or <answer>{answer}</answer>"
        yield f"<ANSWER>{answer}</ANSWER> <answer >{other}</answer>"


def correctness_rows(random: Random) -> Iterator[Row]:
    """Yield answers with references that equal them, nearly or not at all."""
    for text in answer_texts(random):
        expected = random.choice(("72", "72", "72.0", "-72", " 72", "", "seventy", random.choice(_ANSWERS)))
        yield {"completion": text, "reference": {"answer": expected}}


def count_rows(random: Random) -> Iterator[Row]:
    """Yield texts with every number of tags and many lengths of what follows them."""
    for text in xml_texts(random, _XML):
        yield {"completion": text}
    for length in (*range(0, 30, 3), 63, 100, 999, 4096):
        tail = "t" * length
        yield {"completion": f"<reasoning>\nr\n</reasoning>\n<answer>\n72\n</answer>\n{tail}"}
        yield {"completion": f"<reasoning>\n{tail}\n</reasoning>\n<answer>\n72\n</answer>"}
        yield {"completion": f"<answer>\n72{tail}"}


def flagged_rows(random: Random) -> Iterator[Row]:
    """Yield every text under both revisions of a format rule."""
    for text in xml_texts(random, _XML):
        yield {"completion": text}
        yield {"completion": text, "params": {"dotall": True}}


def gsm8k_rows(random: Random) -> Iterator[Row]:
    """Yield answers behind the marker, behind something like it and behind none."""
    numbers = (
        "72",
        "-5",
        "1,072",
        "72.",
        "72.50",
        ".",
        ",",
        "0",
        "007",
        "1,2,3",
        "-",
        "5/2",
        "\u22125",
        "$72",
        "\uff17\uff12",
    )
    shapes = (
        "#### {}",
        "so\n#### {}",
        "####{}",
        "####  {}",
        "### {}",
        "##### {}",
        "#### {} apples",
        "{}",
        "#### {}\n#### 8",
    )
    for number, shape in product(numbers, shapes):
        expected = random.choice((number, number, "72", "5"))
        prefix = random.choice(("", "48 / 2 = <<48/2=24>>24\n", "long text " * 20))
        yield {"completion": shape.format(number), "reference": {"answer": f"{prefix}#### {expected}"}}
    for reference in (
        "",
        "72",
        "####72",
        "The answer is 72.",
        "#### $72",
        "#### apples",
        "#### 5 #### 6",
        "#### \u22125",
    ):
        for completion in ("", "#### 72", "#### 5", "no marker"):
            yield {"completion": completion, "reference": {"answer": reference}}
    for _ in range(120):
        value = random.randint(-(10**6), 10**6)
        written = random.choice((f"{value}", f"{value:,}", f"{value}.0", f"{value}."))
        other = value + random.choice((0, 0, 0, 1, 10))
        yield {"completion": f"text\n#### {written}", "reference": {"answer": f"#### {other:,}"}}


def reflection_rows(random: Random) -> Iterator[Row]:
    """Yield every keyword alone, in several forms, and in crowds."""
    for word in (*_KEYWORDS, *_PLAIN):
        yield from ({"completion": word}, {"completion": f"x{word}"}, {"completion": f"{word.title()}."})
    for word, count in product(("verify", "step", "error", "goal"), (2, 3, 5, 10, 33, 100)):
        yield {"completion": f"{word} " * count}
    for size in (*range(2, 60), *range(60, 400, 8)):
        words = [random.choice((*_KEYWORDS, *_PLAIN)) for _ in range(size)]
        yield {"completion": random.choice((" ", "\n", ", ")).join(words)}


def plain_rows(texts: Callable[[Random], Iterator[str]]) -> Callable[[Random], Iterator[Row]]:
    """Return what yields a row for each text."""
    return lambda random: ({"completion": text} for text in texts(random))


CORPORA: dict[str, Corpus] = {
    "gsm8k_answer@v1": gsm8k_rows,
    "reflection@v1": reflection_rows,
    "think_format@v1": plain_rows(lambda random: xml_texts(random, ("think", "answer"))),
    "xml_correctness@v1": correctness_rows,
    "xml_count@v1": count_rows,
    "xml_integer@v1": plain_rows(answer_texts),
    "xml_soft_format@v1": flagged_rows,
    "xml_strict_format@v1": flagged_rows,
}
"""The corpora that are written here; the other modules `make_*` of this folder have some of their own."""


def corpora() -> dict[str, Corpus]:
    """Return every corpus, by the id of its version."""
    found = dict(CORPORA)
    for path in sorted(Path(__file__).parent.glob("make_*.py")):
        found |= importlib.import_module(f"tests.probes.{path.stem}").CORPORA
    return found


def main() -> None:
    """Write the corpora named on the command line, or all."""
    made = corpora()
    for reward_id in sys.argv[1:] or made:
        random = Random(reward_id)  # noqa: S311 - the same probes every time, not a secret
        rows = list(made[reward_id](random))
        lines = [json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows]
        if not any("group" in row for row in rows):  # equal completions of a group are not one, they are votes
            lines = list(dict.fromkeys(lines))
        path = Path(__file__).with_name(f"{reward_id}.jsonl")
        path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        sys.stdout.write(f"{len(lines):6} {path.name}\n")


if __name__ == "__main__":
    main()
