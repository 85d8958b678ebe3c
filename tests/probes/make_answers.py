"""Templates for the probes of final answers: numbers, integers of AIME, and groups that vote."""

from collections.abc import Iterator
from itertools import product
from random import Random

Row = dict[str, object]

_WRITTEN = (
    *(
        "72",
        "-72",
        "\u221272",
        "+72",
        "72.",
        "72.0",
        ".72",
        "1,072",
        "1,00,072",
        "1 072",
        "10,72",
        "0072",
        "$72",
        "-$72",
        "72$",
    ),
    *(
        "\u20ac72",
        "72 \u20ac",
        "US$72",
        "Rs. 72",
        "USD 72",
        "72%",
        "72 percent",
        "0.72",
        "7200%",
        "72 apples",
        "72km",
        "72 m^2",
    ),
    *(
        "72 m\u00b2",
        "72\u00b2",
        "72^2",
        "144/2",
        "71 2/2",
        "71\u00bd",
        r"\frac{144}{2}",
        r"\frac92",
        "1.5e3",
        "1e999",
        "72k",
        "3 million",
    ),
    *(
        "-1.8 billion",
        "\uff17\uff12",
        "\u0667\u0662",
        "**72**",
        "$72$",
        r"\$72",
        r"\(72\)",
        r"\text{72}",
        "<<6*12=72>>72",
        "6*12",
    ),
    *(
        "6*12 = 72",
        "6*12 = 71",
        "41 = 72",
        "72 = 72.0",
        "60 cm + 12 cm = 72 cm",
        "x = 72",
        "72 = x",
        r"\approx 72",
        "(72)",
    ),
    *(
        "72 (6*12)",
        "72 (or 41)",
        "41 or 72",
        "72 or 72",
        "41, 72",
        "41 and 72",
        "41/72",
        "41-72",
        "72 - that is all",
        "7 2",
    ),
    *(
        "not 72",
        "72, not 41",
        "maybe 72",
        "about 72",
        "72 because 3 * 24",
        "72 for 3 days",
        "72. I hope so",
        "72! 41",
        "72?",
        "3:72",
    ),
    *(
        "72/0",
        "",
        " ",
        "-",
        "apples",
        "seventy-two",
        "7" * 499,
        "7" * 600,
        "72" + "x" * 1_200,
        "72<|im_end|>",
        "x72",
        "7.2.1",
    ),
)
_MARKED = (
    *(
        "#### @",
        "####@",
        "so\n##### @",
        "####\n@",
        "#### @ ####",
        "#### 41 #### @",
        "#### 41\n#### @",
        "#### @\n\nThe end.",
    ),
    *(
        "#### Answer: @",
        "#### Total @",
        "#### 2. Total\nThe answer is @.",
        "#### Step 4\n\\boxed{@}",
        "<think>#### 41</think>#### @",
    ),
)
_ANNOUNCED = (
    *(
        "A: @",
        "The answer is @.",
        "Answer: @",
        "**Final answer:**\n\n@",
        r"\boxed{@}",
        r"So $\boxed{@}$ or 41.",
        r"41 or \boxed{@}",
    ),
    *(
        r"\boxed{41} \boxed{@}",
        r"\boxed{41}. Wait, no: \boxed{@}",
        "Answer: 41 Answer: @",
        "Answer: 41. No.\nAnswer: @",
        "@",
    ),
    *(
        "### Answer\n@",
        "\u7b54\u6848\u662f@\u3002",
        "La respuesta es @.",
        "Die Antwort ist @",
        "The answer to this is @",
        "So @",
    ),
    *("<think>The answer is @</think>", "<think>Answer: @", "Answer: @\nI hope the answer is right."),
)
_REFERENCES = (
    *(
        "72",
        "#### 72",
        "48/2=24\n#### 1,072",
        "A: 72",
        "text\nA: 72",
        "$72",
        "72%",
        "0.72",
        "1/2",
        "-72",
        "72 apples",
        r"\boxed{72}",
    ),
    *(
        "",
        " ",
        "apples",
        "She has 72.",
        "#### many",
        "41 or 72",
        "6*12",
        "two\nlines",
        "seven",
        "1 2/3",
        "3 million",
        "-1,800,000,000",
    ),
)

_INTEGERS = (
    *(
        "33",
        "033",
        "0033",
        "33.0",
        "33.",
        "+33",
        "33.5",
        "32.99",
        "34",
        "0",
        "000",
        "999",
        "1000",
        "1,033",
        "-33",
        "- 33",
        "9" * 40,
    ),
    *(
        r"\frac{66}{2}",
        r"\frac{65}{2}",
        "66/2",
        "2^5+1",
        "2^5 + 1 = 33",
        "41 = 33",
        r"33 \approx 33.2",
        r"\sqrt{1089}",
        r"\sqrt{1088}",
    ),
    *(
        r"\binom{11}{2} - 22",
        "4! + 9",
        r"\lfloor 33.7 \rfloor",
        r"\lceil 32.1 \rceil",
        r"\sqrt{3+2\sqrt{2}}-\sqrt{2}",
        r"33 + 0\pi",
    ),
    *(
        r"33\%",
        r"33^\circ",
        r"33^{\circ}",
        r"33\text{ cm}",
        r"33 \text{ apples}",
        r"\$33",
        "n = 33",
        "m + n = 33",
        "x^2 = 33",
        "x - 1 = 33",
    ),
    *(
        "10a + b = 33",
        "33x",
        "x",
        "x = 33, y = 2",
        "33, 41",
        "33 or 41",
        r"33 \text{ or } 33",
        r"\pm 33",
        "(33)",
        r"\{33\}",
        "(3, 3)",
    ),
    *(
        "33_{10}",
        "33:1",
        "3.3e1",
        "9^{9^9}",
        "3000!",
        "1/0",
        r"\infty",
        "33 < 34",
        "@@",
        "",
        " ",
        "thirty-three",
        r"\text{33}",
        r"\mathbf{33}",
    ),
    *(
        "\uff13\uff13",
        "\u0663\u0663",
        "3 3",
        "033 = 33",
        "not 33",
        "33 or so",
        "33!",
        "(" * 99 + "33" + ")" * 99,
        r"33 \pmod{1000}",
        "A",
    ),
)
_STATED = (
    *(
        r"\boxed{@}",
        r"So $\boxed{@}$.",
        "The answer is @.",
        "#### @",
        "<answer>@</answer>",
        "Hm.\n@",
        r"<think>\boxed{41}</think>\boxed{@}",
    ),
    *(r"\boxed{41} or \boxed{@}", r"\boxed{41}. Wait, that is wrong. The answer is @."),
)

_SAID = (
    *(
        "7",
        "7",
        "7.0",
        r"\frac{14}{2}",
        "8",
        "8",
        "9",
        "50",
        r"50\%",
        "0.5",
        r"\frac{1}{2}",
        "0.333",
        r"\frac{1}{3}",
        "1,234",
        "1234",
    ),
    *(
        "x+1",
        "1+x",
        "(x+1)^2",
        "x^2+2x+1",
        "x = 7",
        r"7\text{ cm}",
        r"70\text{ mm}",
        "1, 2",
        "2, 1",
        r"\{1, 2\}",
        "(1, 2)",
        "B",
        r"\text{(B)}",
    ),
    *(
        r"7 \text{ or } 8",
        "7 = 8",
        r"x = 1 \text{ or } x = 2",
        r"x = 2 \text{ or } x = 1",
        "@@",
        "",
        r"\text{Monday}",
        "monday",
        "12_{10}",
    ),
)
_NOISE = (
    "I give up.",
    r"\boxed{7} or \boxed{8}",
    "#### 7",
    "The answer is 7.",
    r"<think>\boxed{7}</think>",
    r"<answer>7</answer>",
    "",
)
_VOTES: tuple[Row, ...] = (
    *(
        {},
        {"tie": "all"},
        {"tie": "first"},
        {"margin": 0.25},
        {"margin": 0.5, "tie": "all"},
        {"size": 4},
        {"percent": False},
    ),
    *({"places": ["boxed"]}, {"rounding": False, "units": True}),
)


def gsm8k_number_rows(random: Random) -> Iterator[Row]:
    """Yield numbers in every spelling and place, against references that equal some of them."""
    for written in _WRITTEN:
        for shape in (_MARKED[0], *random.sample(_MARKED, 3), *random.sample(_ANNOUNCED, 3)):
            row: Row = {"completion": shape.replace("@", written), "reference": {"answer": "#### 72"}}
            yield row
            if random.random() < 0.25:
                yield {**row, "params": {"require_marker": True}}
        yield {"completion": "#### 72", "reference": {"answer": f"#### {written}"}}
    for shape, written in product((*_MARKED, *_ANNOUNCED), ("72", "41 or 72", "none")):
        for params in ({}, {"require_marker": True}):
            yield {"completion": shape.replace("@", written), "reference": {"answer": "72"}, "params": params}
    for reference, completion in product(_REFERENCES, ("#### 72", "#### 1/2", "#### 1,072", "")):
        yield {"completion": completion, "reference": {"answer": reference}}
    for _ in range(150):
        value = random.randint(-(10**6), 10**6)
        style = random.choice(("{}", "{:,}", "{}.0", "{}.", "${}", "{} m", "{}/1", "{}%", "{} thousand"))
        other = value + random.choice((0, 0, 0, 1, 10))
        yield {"completion": f"text\n#### {style.format(value)}", "reference": {"answer": f"#### {other:,}"}}


def aime_rows(random: Random) -> Iterator[Row]:
    """Yield integers and what only looks like one, in every place, and references of which some are none."""
    for written, stated in product(_INTEGERS, _STATED):
        yield {"completion": stated.replace("@", written), "reference": {"answer": "33"}}
    for written in _INTEGERS:
        yield {"completion": r"\boxed{33}", "reference": {"answer": written}}
        place = random.choice(("answer_tag", "boxed", "hash", "phrase", "last_line"))
        completion = random.choice(_STATED).replace("@", written)
        yield {"completion": completion, "reference": {"answer": 33}, "params": {"places": [place]}}
    for number in (-1, 0, 7, 33, 999, 1000, 10**18):
        yield {"completion": rf"\boxed{{{number}}}", "reference": {"answer": number}}


def vote_rows(random: Random) -> Iterator[Row]:
    """Yield the completions of many groups: clear majorities, ties, near answers, noise, and groups of a wrong size."""
    for number in range(180):
        params = random.choice(_VOTES)
        pool = random.sample(_SAID, random.randint(1, 4))
        for _ in range(random.choice((1, 2, 3, 4, 4, 4, 6, 8))):
            said = random.choice(_NOISE) if random.random() < 0.15 else rf"\boxed{{{random.choice(pool)}}}"
            yield {"completion": said, "group": f"g{number}", "params": params}


CORPORA = {
    "aime_integer@v1": aime_rows,
    "gsm8k_answer@v2": gsm8k_number_rows,
    "majority_vote@v1": vote_rows,
}
