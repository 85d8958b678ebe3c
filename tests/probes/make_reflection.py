"""Templates for the probes of reflection: solutions with checks, corrections, doubts and phrases that do no work."""

from collections.abc import Iterator
from itertools import product
from random import Random

Row = dict[str, object]

_SOLUTIONS = (
    "She sold 48 clips in April and 48 / 2 = 24 in May. In all 48 + 24 = 72 clips were sold. ",
    "Let x be the number of clips. In May it is 24, so x = 48 + 24. Hence x = 72. ",
    "Half of 48 is 24, and 48 plus 24 is 72.\n\n",
    "\\[ 48 \\div 2 = 24 \\]\n\\[ 48 + 24 = \\frac{144}{2} = 72 \\]\n",
    "<think>April: 48 clips. May: 24 clips. The total number of clips is 72.</think>\n",
    "The total is 1,500 clips and 7.5 clips a day, 1500 / 200 = 7.5 as before. ",
)
_CHECKS = (
    "Let me check: 72 - 24 = 48. ",
    "I checked that 72 - 48 = 24. ",
    "To verify, 3 * 24 = 72, which is the same. ",
    "This confirms it: $24 \\times 3 = 72$. ",
    "Double-checking: 24 + 24 + 24 = 72, and 24 * 2 = 48. ",
    "Plugging it back in gives 72 / 3 = 24. ",
    "Another way: 50% of 48 is 24 and 1.5 * 48 = 72. ",
    "Let me check: 48 + 24 = 72. ",
    "Let me check: 72 - 24 = 49. ",
    "Let me check: 72 + 0 = 72. ",
    "Let me check: 11 + 13 = 24. ",
    "There is no need to check that 72 - 24 = 48. ",
    'He says "check it", so 72 - 24 = 48. ',
    "She writes a check for 72 - 24 = 48 dollars. ",
    "Verify, check, confirm and test. ",
)
_CHANGES = (
    "Wait, that's wrong: the total number of clips is 96. ",
    "No, that's not right. In May it is 36, so x = 84. ",
    "I made a mistake: 48 + 24 = 62. ",
    "Hmm, actually, x = 75. ",
    "That doesn't work. Let me try something else: x = 70. ",
    "Wait, is that right? It is 72. ",
    "Wait, no, let me recalculate. 48 + 24 = 72. ",
    "Hold on, the stop at noon changes the journey completely. ",
    "Actually, let me think again. ",
    "I'm not sure. Is that correct? ",
    "They wait for the bus. ",
    "There is no mistake and nothing to correct. ",
)
_PLANS = (
    "First, we need to find the clips of May. ",
    "Next, let's calculate the total:\n\\[ 48 + 24 = 72 \\]\n",
    "The target is 72, and 72 / 3 = 24. ",
    "Working backwards, 72 * 2 = 144. ",
    "To get 72, we need 24 * 3 = 72. ",
    "We break the problem into 2 parts. ",
    "Start from the end: 24 = 72 - 48. ",
)
_ENDS = (
    "So the answer is \\boxed{72}.",
    "#### 72",
    "The answer is 96.",
    "So x = 84",
    "",
    "Therefore the number of clips that she",
)
_NOTHING = (
    *(
        "",
        " ",
        "72",
        "wait " * 30,
        "wait, let me check, verify, hmm, therefore, mistake, error, step",
        "<think></think>",
    ),
    *("#### 1\n#### 2\n#### 3\n#### 4\n#### 5\n#### 72", "Solution", "The answer is", "A B C D E F G H I J", "." * 40),
    *(
        "Tell me how many clips she sold in April and May.",
        "\u0430ll \u0441lips \u0430re s\u043eld. " * 3,
        "等等, 不对。 72 - 24 = 48。",
    ),
)


def _texts(random: Random) -> Iterator[str]:
    yield from _NOTHING
    for solution, check, end in product(_SOLUTIONS, _CHECKS, _ENDS[:3]):
        yield solution + check + end
    for solution, change, end in product(_SOLUTIONS, _CHANGES, _ENDS):
        yield solution + change + end
    parts = (*_CHECKS, *_CHANGES, *_PLANS)
    for size in range(2, 14):
        for _ in range(7):
            middle = "".join(random.choice(parts) for _ in range(size))
            yield random.choice(_PLANS) + random.choice(_SOLUTIONS) + middle + random.choice(_ENDS)
    for _ in range(40):
        text = random.choice(_SOLUTIONS) + "".join(random.choice(_CHANGES[5:]) for _ in range(random.randint(3, 25)))
        yield text + random.choice(_ENDS)


def reflection_rows(random: Random) -> Iterator[Row]:
    """Yield texts with right and wrong answers, gated and not."""
    for text in _texts(random):
        params = random.choice(({}, {}, {"gate": False}, {"gate": False}, {"enough": random.randint(1, 5)}))
        yield {"completion": text, "reference": {"answer": random.choice(("72", "72", "72", "96"))}, "params": params}


def behaviour_rows(random: Random) -> Iterator[Row]:
    """Yield texts with every behaviour, with its phrases alone and with none, some of them after their prompt."""
    for text in _texts(random):
        yield {"completion": text, "prompt": "Tell me how many clips she sold in April and May."}
        if random.random() < 0.2:
            yield {"completion": random.choice(_PLANS) + text + random.choice(_PLANS)}


def doubt_rows(random: Random) -> Iterator[Row]:
    """Yield texts with few and many doubts, productive and not, free and not."""
    for text in _texts(random):
        params = random.choice(
            ({}, {}, {"free": 0}, {"free": random.randint(0, 5), "step": random.choice((0.05, 0.3))})
        )
        yield {"completion": text, "params": params, "prompt": "Tell me how many clips she sold in April and May."}


CORPORA = {
    "reflection@v2": reflection_rows,
    "cognitive_behaviours@v2": behaviour_rows,
    "doubt_loop@v1": doubt_rows,
}
