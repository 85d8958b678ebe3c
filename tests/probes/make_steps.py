"""Templates for the probes of reasoning steps: equations, made-up tool output, and answers beside what is derived."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

Row = dict[str, object]

_SIGNS: dict[str, tuple[str, Callable[[int, int], float]]] = {
    "+": ("plus", lambda one, two: one + two),
    "-": ("minus", lambda one, two: one - two),
    "*": ("times", lambda one, two: one * two),
    "x": ("times", lambda one, two: one * two),
    r"\times": ("times", lambda one, two: one * two),
    "/": ("by", lambda one, two: one / two),
    "÷": ("by", lambda one, two: one / two),
}
_FRAMES = (
    "So {} is what we get.",
    "Then there are {} apples left.",
    "- {} apples\n- and no more of them",
    "1. We add it all up: {}.\n2. That is all.",
    "We find that \\[ {} \\] and are done.",
    "Because ${}$, the rest follows.",
    "Together ({}) that is enough.",
    "The total is ${} for all of them.",
    "If it were so, {} would hold, but it does not.",
    "Is {}? Nobody knows that.",
    "Twice {} is meant here, as they say.",
    "The value x {} is what we look for.",
)
_WRITTEN = (
    *("20 / 3 = 6.67", "20 / 3 = 6.66", "20 / 3 = 6.6667", "20 / 3 = 7", "20 / 3 = 6", "20 / 3 ≈ 6.7", "20 / 3 ≈ 9"),
    *("1/2 + 1/4 = 3/4", "1/2 + 1/4 = 2/6", "1 1/2 * 4 = 6", "2½ * 2 = 5", "½ x 9 = 4", r"\frac{3}{4} \cdot 20 = 15"),
    *(r"\frac12 + \frac12 = 1", r"2\frac{1}{2} \times 2 = 5", r"\dfrac{6}{4} = 1.5", r"\frac{6}{4} = 1.4"),
    *("25% of 80 = 20", "25% of 80 = 2000", "80 - 25% = 60", "100% - 35% = 65%", "3/12 * 100 = 25%", "15/150 = 10%"),
    *("1,250 + 750 = 2,000", "1,250 + 750 = 2,010", r"49{,}994 + 20{,}006 = 70{,}000", "1 250 + 750 = 2 000"),
    *("$5.00 + $3.50 = $8.50", "$5.00 + $3.50 = $8.05"),
    *("3 * 25 cents = 75 cents", "4 * 25 cents = $1", "5 € + 3 € = 9 €"),
    *("3 boxes * 4 pens/box = 12 pens", "3 boxes * 4 pens/box = 13 pens", "2 hours + 30 minutes = 150 minutes"),
    *("2 dozen * 3 = 72", "60 kg - 12kg = 48kg", "5 feet * 12 inches/foot = 61 inches", "10 + 4 = 2 pm"),
    *("3 + 4 = 7 + 2 = 9", "3 + 4 = 7 + 2 = 10", "(2 + 3) * 4 = 5 * 4 = 20", "(2 + 3) * 4 = 5 * 4 = 24 = 24"),
    *("2^10 = 1024", "2^{10} = 1000", "3² + 4² = 25", "3² + 4² = 26"),
    *("2 ** 3 = 8", "**2 * 3 = 6**", "5! = 120", "5! = 60"),
    *("9^9^9 = 1", "2^-2 = 0.25", "10^999 = 1", "5 / 0 = 1", "7 // 2 = 3", "25! = 1", "(3)(4) = 12", "3(4 + 1) = 16"),
    *("6/2(3) = 9", "6/2(3) = 1", "-3 + 5 = 2", "5 - 8 = 3"),
    *("5 - -8 = 13", "-(2 + 3) = -5", "2 *+ 3 = 7", "25 / 1/5 = 125"),
    *("8:15 + 45 = 9:00", "x + 3 = 5", "3x + 4 = 7"),
    *("a_2 + 3 = 5", r"\sqrt{16} + 1 = 5", "|-3| - 4 = -1", "3,5 + 2 = 5,5"),
    *("7 / 2 = 3 remainder 1", "17 = 2 mod 5", "0.5 = 50%", "5 = 5", "x = 5", "0900 - 0130 = 0730", "1011_2 + 1 = 12"),
    *("3 + 4 == 8", "3 + 4 => 8", "3 + 4 <= 8", "3 + 4 ≠ 8", "3 +\n4 = 7", "3 + 4\n= 7", "3 + 4 =\n8", "2 + 2 = 5 = 5"),
    *("4 pizzas = 2 + 3", "Area of 1 room = 3 * 5", "1 cup and 1/4 = 5"),
    *("0.1 + 0.2 = 0.3", "1/3 = 0.33", "0.333... * 3 = 1"),
    *("{(1 + 2) * 3} = 9", "[1 + (2 * 3)] = 8", "((((1)))) + 1 = 2", "1 + (2 = 3)"),
    *("(1 + 2)) = 3", "= 7", "3 + 4 =", "1 + 1 ="),
)  # fmt: skip
_MADE_UP = (
    "```python\nprint(6 * 7)\n```\n```output\n42\n```\nSo it is 42.",
    "```python\nprint(6 * 7)\n```\nOutput:\n```\n42\n```\nSo it is 42.",
    "```python\nprint(6 * 7)\n```\nSo 6 * 7 = 42 is the answer.",
    "```output\n```\nSo 6 * 7 = 42 is the answer.",
    "<tool_response>\n42\n</tool_response>\nSo 6 * 7 = 42 is the answer.",
    "<output>42</output> means that 6 * 7 = 42, as it should be.",
    "Running the code prints 42, so 6 * 7 = 42.",
    "When I ran the script above, it printed 42. So 6 * 7 = 42.",
    "The output of this code is 42, which is 6 * 7 = 42.",
    "Running the code would print 42, so 6 * 7 = 42.",
    "If you run this code, you get 42, as 6 * 7 = 42.",
    "The dress code prints badly, but 6 * 7 = 42.",
    "After executing the program we get the answer, 6 * 7 = 42.",
    "He sold <<48/2=24>>24 clips, which is 48/2 = 24.",
    "He sold <<48/2=25>>25 clips, which is 48/2 = 24.",
    "He sold <<20/3=6.67>>6.67 of them, and <<7//2=3>>3 more.",
    "First 6 * 7 = 42 eggs are packed. After breaking 5 of them, 42",
    "First 6 * 7 = 42 eggs are packed. The number of eggs is 42",
    "<<x=3>> and <<>> and << 2+2=5 >> are in the text.",
)
_NOTHING = (
    *("", " \n", "72", "Solution:", "Let's think step by step.", "step wait check verify " * 20, "<think></think>" * 9),
    *("A B C D", "\\boxed{1} \\boxed{2} \\boxed{3} \\boxed{4} \\boxed{5}"),
    *("so 1 + 1 = 2 " * 60, "We add 3 + 4 and get,"),
)  # fmt: skip


def step_rows(random: Random) -> Iterator[Row]:
    """Yield true, false and unclear equations in many frames, made-up outputs and texts that attempt nothing."""
    for sign, frame in product(_SIGNS, _FRAMES):
        two = random.randint(2, 19)
        one = two * random.randint(2, 40)
        result = _SIGNS[sign][1](one, two) + random.choice((0, 0, 1, -1, 10))
        yield {"completion": frame.format(f"{one} {sign} {two} = {result:g}")}
    for written in _WRITTEN:
        yield {"completion": f"So {written}, as one can see at once."}
        yield {"completion": f"First 2 + 3 = 5.\nThen ${written}$.\n"}
    for text in _MADE_UP:
        yield {"completion": text}
        yield {"completion": text, "params": {"has_tools": True}}
    for text in _NOTHING:
        yield {"completion": text}
    for wrong in range(8):
        lines = [f"Step {step}: {step} + {step} = {2 * step + (step <= wrong)}." for step in range(1, 9)]
        yield {"completion": "\n".join(lines)}
        yield {"completion": "\n".join(lines) + "\nWait, once more: 1 + 1 = 2 and 2 + 2 = 4."}
    echo = "Tom has 3 apples and buys 4 more, so that 3 + 4 = 7 in all. How many of them are red?"
    yield {"completion": echo, "prompt": echo}
    for _ in range(40):
        numbers = [random.randint(-99, 999) for _ in range(random.randint(2, 6))]
        total = sum(numbers) + random.choice((0, 0, 0, 9))
        joined = " + ".join(f"({number})" if number < 0 else str(number) for number in numbers)
        yield {"completion": f"Adding all of them gives {joined} = {total:,}."}


_REASONINGS = (
    "She has 3 * 4 = 12 pens and gives away 5, so 12 - 5 = 7 are left.",
    "We get $x = 28 / 4 = 7$.",
    "We have 14 / 2 = 7. To check, 7 * 2 = 14.",
    "There are 40 - 32 = 8 of them, and one is dropped, which leaves 7.",
    "She gives some of her pens away and keeps the others.",
    "The candidates are 2 * 3 = 6 and 3 * 5 = 15. Counting all of them gives it.",
    "They need 50 / 8 = 6.25 buses.",
    "The share is 7 / 100 = 0.07 of it.",
    "Each costs 14 / 200 = $0.07 at the shop.",
    r"The length is $c = \sqrt{98} = 7\sqrt{2}$.",
    r"So \[ y = \frac{14}{2} = 7 \] and that is what we wanted.",
    "From 2x + 1 = 15 we get x = 7.",
    "So 3 + 4 = 7 + 2 = 9 in all.",
    "We find 3 + 4 = ",
    "We find that $3 + 4 = ",
    "<think>\nThe sum is 3 + 4 = 7.\n</think>\nSo it is clear.",
)
_STATED = (
    *("#### {}", "\\boxed{{{}}}", "<answer>\n{}\n</answer>", "The answer is {}.", "**Answer:** {}", "$\\boxed{{{}}}$."),
    *("So there are {} of them.", "#### {} pens"),
)  # fmt: skip
_ANSWERS = ("7", "8", "7.0", "6", "7%", "$7", "-7", "7 or 8", r"7\sqrt{2}", r"\frac{14}{2}", "unknown", "")


def rationale_rows(random: Random) -> Iterator[Row]:
    """Yield reasonings with answers that follow from them, do not, or are none."""
    for reasoning, shape in product(_REASONINGS, _STATED):
        for answer in random.sample(_ANSWERS, 3):
            gap = "" if reasoning.endswith("= ") else random.choice((" ", "\n", "\n\n"))
            yield {"completion": reasoning + gap + shape.format(answer)}
    for text in _NOTHING:
        yield {"completion": text}
    echo = "Tom has 3 apples and buys 4 more. How many apples does he have in all? Put it behind ####."
    yield {"completion": echo, "prompt": echo}
    for _ in range(60):
        one, two = random.randint(2, 99), random.randint(2, 99)
        said = one * two + random.choice((0, 0, 1, 10, -9))
        shape = random.choice(_STATED[:4])
        yield {"completion": f"There are {one} * {two} = {one * two:,} of them in all.\n{shape.format(said)}"}


CORPORA = {"step_arithmetic@v1": step_rows, "rationale_consistency@v1": rationale_rows}
