"""Templates for the probes of a working and a solution in their tags: followed, nearly followed and not."""

from collections.abc import Iterator
from itertools import product
from random import Random

Row = dict[str, object]

_TAGS = ("<start_working_out>", "<end_working_out>", "<SOLUTION>", "</SOLUTION>")
_START, _END, _OPEN, _CLOSE = _TAGS
_WORKING = "Half of 48 is 24, and 48 and 24 are 72 together."
_FILLER = ("", "x", "two words", "72", "\n", " ", "\t", "\r", "\u2003", "\x85", "line\nline", "<b>", ",", ".")
_WORKINGS = ("", " ", "\n", "w", _WORKING, f"\n{_WORKING}\n", f"I put it in {_OPEN}.", "...", "-", "\u00e9")
_SOLUTIONS = ("", " ", "\n", "72", " 72 ", "\n72\n", "seventy-two", "-", "?", f"{_OPEN}72")
_GAPS = ("", "\n", " \n", "so ")
_AROUND = (
    ("", ""),
    ("\n", "\n"),
    ("junk ", ""),
    ("", " junk"),
    ("junk\n", "\njunk"),
    (" \t", "\r"),
    ("", f" x\n{_CLOSE}"),
)
_ANSWERS = (
    *(
        "72",
        " 72",
        "72\n",
        "72.0",
        "72.",
        "072",
        "+72",
        "-72",
        "\u221272",
        "$72",
        "72 apples",
        "The total is 72 apples",
    ),
    *("1,072", "1072", "1 072", "1e3", "1_000", "0", "0.0", "-0", "1/2", "0.5", ".5", "50%", r"\frac{1}{2}", "\u00bd"),
    *("79", "66", "60", "90", "86.4", "64.8", "79.2", "57.6", "100", "7200", "seventy-two", "inf", "nan", "1e999"),
    *("72 or 73", "72, 73", "71 72", "6 * 12 = 72", "6 * 12", "6 * 12 = 71", "not 72", "x", "", " ", "\n", ",", "."),
    *(
        "1.2.3",
        "I have, I think, 72",
        "2 boxes of 36 are 72",
        "\uff17\uff12",
        "\u0667\u0662",
        "9" * 400,
        "72 km",
        "72cm",
    ),
    *(
        "9007199254740993",
        "(3, 4)",
        "(3,4)",
        "4, 3",
        "x^2+1",
        "1+x^2",
        r"\boxed{72}",
        "$72$",
        "B",
        "(B)",
        "blue",
        "BLUE",
    ),
)
_REFERENCES = (
    "72",
    "72",
    " 72 ",
    "1072",
    "1,072",
    "0",
    "1/2",
    "-72",
    "seventy-two",
    "blue",
    "(3, 4)",
    "x^2+1",
    "",
    "B",
)
_NUMBERS = ("72", "72", " 72 ", "1072", "1,072", "0", "0.5", "-72", "9007199254740992", "seventy-two")
_PLACES = (
    f"{_START}\n{_WORKING}\n{_END}\n{_OPEN}@{_CLOSE}",
    f"{_START}w{_END}{_OPEN}@{_CLOSE}",
    f"{_OPEN}@{_CLOSE}",
    f"junk\n{_START}w{_END}{_OPEN}@{_CLOSE}\njunk",
    f"{_START}w{_END}{_OPEN}@{_CLOSE} or 73",
    f"{_START}w{_END}{_OPEN}@{_CLOSE}\n{_OPEN}@{_CLOSE}",
    f"{_START}{_OPEN}@{_CLOSE}{_END}{_OPEN}71{_CLOSE}",
    f"{_START}{_OPEN}@{_CLOSE}",
    f"{_START}w{_END}{_OPEN}@",
    f"{_START}w{_END}@",
    "@",
)


def format_texts(random: Random) -> Iterator[str]:
    """Yield texts that follow the format, nearly follow it and do not."""
    for working, solution in product(_WORKINGS, _SOLUTIONS):
        gap, (before, behind) = random.choice(_GAPS), random.choice(_AROUND)
        yield f"{before}{_START}{working}{_END}{gap}{_OPEN}{solution}{_CLOSE}{behind}"
    for gap, (before, behind) in product(_GAPS, _AROUND):
        yield f"{before}{_START}{_WORKING}{_END}{gap}{_OPEN}72{_CLOSE}{behind}"
    whole = f"{_START}{_WORKING}{_END}{_OPEN}72{_CLOSE}"
    yield from (whole * 2, f"{whole}\n{whole}", whole.lower(), whole.upper(), whole.replace("<", "&lt;"))
    yield from ("".join(_TAGS), "".join(reversed(_TAGS)), " ".join(_TAGS) * 20, "")
    for end in range(0, len(whole), 3):
        yield whole[:end]
    for left_out in range(16):
        kept = [tag for place, tag in enumerate(_TAGS) if left_out >> place & 1]
        yield f" {_WORKING} ".join(kept)
        yield " 72 ".join(reversed(kept))
    for _ in range(200):
        yield "".join(random.choice([*_TAGS, *_TAGS, _WORKING, *_FILLER]) for _ in range(random.randint(0, 9)))


def format_rows(random: Random) -> Iterator[Row]:
    """Yield a row for each text."""
    for text in format_texts(random):
        yield {"completion": text}


def prompted_rows(random: Random) -> Iterator[Row]:
    """Yield the same, some of them with a prompt that the text may echo."""
    prompt = f"Natalia sold 48 clips in April and half as many in May. Answer in {_OPEN}{_CLOSE}."
    for text in format_texts(random):
        yield {"completion": text, **({"prompt": prompt} if random.random() < 0.2 else {})}
    for working in (
        prompt,
        _WORKING,
        f"{_WORKING} {_WORKING}",
        _WORKING[:30],
        _WORKING * 20,
        "step verify check " * 30,
    ):
        yield {"completion": f"{_START}{working}{_END}{_OPEN}72{_CLOSE}", "prompt": prompt}
    yield {"completion": prompt, "prompt": prompt}


def answer_rows(random: Random) -> Iterator[Row]:
    """Yield answers in every place, with references that equal them, nearly or not at all."""
    yield from _placed(random, _REFERENCES)


def number_rows(random: Random) -> Iterator[Row]:
    """Yield the same, with references that are numbers, all but one."""
    yield from _placed(random, _NUMBERS)


def _placed(random: Random, references: tuple[str, ...]) -> Iterator[Row]:
    for answer, place in product(_ANSWERS, _PLACES):
        expected = random.choice((answer, *references, *references))
        yield {"completion": place.replace("@", answer), "reference": {"answer": expected}}
    for answer, expected in product(_ANSWERS, sorted(set(references))):
        yield {"completion": _PLACES[1].replace("@", answer), "reference": {"answer": expected}}


def shaped_rows(random: Random) -> Iterator[Row]:
    """Yield the same, and numbers near the reference with pay promised for them."""
    for answer, place in product(_ANSWERS, _PLACES):
        expected = random.choice((answer, *_REFERENCES))
        yield {"completion": place.replace("@", answer), "reference": {"answer": expected}}
    for answer, near, expected in product(_ANSWERS, (0.1, 0.5), ("72", "50%")):
        row = {"completion": _PLACES[0].replace("@", answer), "reference": {"answer": expected}}
        yield {**row, "params": {"near_miss": near}}
    for off in range(-40, 41):
        row = {"completion": _PLACES[1].replace("@", str(72 + off)), "reference": {"answer": "72"}}
        yield {**row, "params": {"near_miss": 0.25}}


CORPORA = {
    "unsloth_format_exact@v1": format_rows,
    "unsloth_format_exact@v2": prompted_rows,
    "unsloth_format_approximate@v1": format_rows,
    "unsloth_format_approximate@v2": prompted_rows,
    "unsloth_answer@v1": answer_rows,
    "unsloth_answer@v2": shaped_rows,
    "unsloth_numbers@v1": number_rows,
    "unsloth_numbers@v2": number_rows,
}
