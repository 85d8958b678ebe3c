"""Templates for the probes of the formats on one tag parser: frames, nearly frames, and what may stand in them."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

Row = dict[str, object]

_REASONINGS = (
    "Half of 48 is 24, so May brought 24 clips. Together 48 + 24 = 72 clips were sold.",
    "48 / 2 = 24\n48 + 24 = 72",
    (
        "We first look at the two months apart. In April she sold 48 clips, and in May it was half of that, which is "
        "24. Then the sum of both is what is asked for, and it is 48 + 24 = 72. As a check, 72 - 24 gives 48 again, so "
        "that this is the number of clips."
    ),
    "四十八的一半是二十四\uff0c所以五月卖了二十四个。两个月一共是七十二个。",
    "Die Hälfte von 48 ist 24, also sind es zusammen 72 Stück.",
    "If a<b and b>c, then 3 < 4 holds, and <b>bold</b> is text.",
)
_CYRILLIC = "Half of ten is five, so it is.".translate(str.maketrans("aeoH", "\u0430\u0435\u043e\u041d"))
_POOR = (
    *("", " \n", "...", "so", "Solution", "Thought process:", "3 + 4 = 7", "a" * 300, _CYRILLIC),
    "wait hmm check verify recheck however therefore thus first second next error mistake wrong",
    "The answer is A or B or C or D or E.",
    "Half of 48 is 24 clips. " * 20,
    "How many clips did Natalia sell in all?",
    "all in sell Natalia did clips many How",
    " ".join(f"#### {number}" for number in range(30)),
)
_PROMPTS = ("How many clips did Natalia sell in all?", "How many clips did Natalia sell in all?\n<think>\n")
_ANSWERS = ("72", "", "...", "72 clips", "\n72\n", "<answer>72", "It is 72. That is all", r"\boxed{72}")
_ODD = (r"<\think>", "< think>", "</ think>", "<THINK>", "<think", "<thinking>", r"<\answer>", "<Answer>", "</answer")

_CODES = (
    *(
        "print(72)",
        "print(72",
        "def f(x):\n    return x",
        "# nothing",
        "pass",
        "'text'",
        "",
        "x",
        "x = 1; y = 2",
        "\tx=1",
    ),
    *(
        "a = " + "+".join(map(str, range(250))),
        "x = '\\d'",
        "print 72",
        "lambda: 0",
        "\n".join(f"total_{n} = value_{n}" for n in range(1_000)),
        "(" * 250,
        "é = 1",
        "\\",
        "0x",
    ),
)
_FENCES = (
    *(
        "```@\n~\n```",
        "```@\n~```",
        "``` @ \n~\n ```",
        "````@\n~\n````",
        "```@\n~",
        "~",
        "```\n~\n```",
        "```@ a\n~\n```",
    ),
    *(
        "```@\n~\n```\n```@\n~\n```",
        "```output\n72\n```\n```@\n~\n```",
        "```@\n```sh\n~\n```\n```",
        "`~`",
        "so ```@ ~ ```",
    ),
)
_STEPS = (
    *(
        "Step @: ~",
        "**Step @:** ~",
        "### Step @\n~",
        "@. ~",
        "@) ~",
        "- ~",
        "* ~",
        "• ~",
        "-@ ~",
        "Schritt @: ~",
        "第@步\uff1a~",
    ),
    *(
        "First, ~",
        "first ~",
        "Next, ~",
        "STEP @ ~",
        "Étape @ : ~",
        "  @. ~",
        "> @. ~",
        "@.~",
        "Step@: ~",
        "\n@. ~\n\n~",
    ),
)
_SAID = (
    *("Half of 48 is 24 clips.", "Together 48 + 24 = 72 clips.", "So she sold 72 clips in all.", "so", "", "72"),
    *("As a check, 72 - 24 = 48 again.", "二十四加四十八是七十二", "one two three four five"),
)
_NUMBERS = (
    *("72", "-72", "+72", "\u221272", "1,072", "1072", "10,72", "1,0720", "007", "0", "-0", "72.0", ".5", "72.", "-.5"),
    *(
        "3/4",
        "-3/4",
        "3 / 4",
        "1 3/4",
        "3/0",
        "0/3",
        "1,000/3",
        r"\frac{3}{4}",
        r"\dfrac{-3}{4}",
        r"\frac{3}{0}",
        "3/4/5",
    ),
    *(
        "1e3",
        "²",
        "①",
        "\uff17\uff12",
        "½",
        "9" * 50,
        "9" * 51,
        "1 000",
        "seventy",
        "72 clips",
        "$72",
        "72%",
        "72 €",
        "x = 72",
    ),
    *(
        "x=72",
        "72 or 73",
        "72, 73",
        "about 72 clips or so",
        "72 clips of all that she had",
        "$72$",
        r"\(72\)",
        "**72**",
    ),
    *("$$-1.5$$", r"\boxed{72}", r"\boxed{3/4}", "", " ", "A", "(72)", "{72}", "72!", "0.5.1", "1.072,50", "-", "--72"),
)
_PLACES = (
    *(
        "Half and half. <answer>@</answer>",
        r"Half and half. \boxed{@}",
        "<think>Half and half.</think><answer>@</answer>",
    ),
    *(
        "@",
        "Half and half. <answer>@",
        "<think><answer>@</answer></think> None.",
        "<answer>41</answer> <answer>@</answer>",
    ),
    "<answer>41</answer>. Wait, that is wrong. I forgot some clips. <answer>@</answer>",
)


def framed_texts(random: Random, first: str, last: str) -> Iterator[str]:
    """Yield texts that follow, nearly follow and do not follow a frame of two blocks."""
    whole = f"<{first}>@</{first}>\n<{last}>~</{last}>"
    shapes = (
        *(
            whole,
            whole.replace("@", "\n@\n").replace("~", "\n~\n") + "\n",
            f"Well. {whole}",
            f"{whole}\nDone.",
            whole * 2,
        ),
        *(f"<{last}>~</{last}><{first}>@</{first}>", f"@</{first}><{last}>~</{last}>", f"<{first}>@</{first}> ~"),
        *(f"<{first}>@</{first}> so <{last}>~</{last}>", f"<{first}>@<{last}>~</{last}>", f"<{first}>@", "@ ~"),
        *(f"<{first}>@</{first}><{last}>~", f"<{first}>@</{first}><{first}>@</{first}><{last}>~</{last}>"),
    )
    for shape, reasoning in product(shapes, _REASONINGS):
        yield shape.replace("@", reasoning).replace("~", random.choice(_ANSWERS))
    for shape, reasoning in product((shapes[0], *random.sample(shapes, 3)), _POOR):
        yield shape.replace("@", reasoning).replace("~", "72")
    for odd, reasoning in product(_ODD, _REASONINGS[:2]):
        odd_tag = odd.replace("think", first).replace("THINK", first.upper())
        yield shapes[0].replace("@", f"{reasoning} {odd_tag} ").replace("~", "72")
        yield f"<{first}>{reasoning}{odd_tag}<{last}>72</{last}>"
    pieces = [f"<{slash}{tag}>" for slash, tag in product(("", "/"), (first, last))]
    for _ in range(60):
        yield "".join(
            random.choice([*pieces, *pieces, *_REASONINGS[:2], "\n", "72"]) for _ in range(random.randint(1, 9))
        )


def rows(first: str, last: str, *params: Row) -> Callable[[Random], Iterator[Row]]:
    """Return what yields framed texts, some of them with a prompt, and some with params."""

    def made(random: Random) -> Iterator[Row]:
        for text in framed_texts(random, first, last):
            row: Row = {"completion": text}
            if random.random() < 0.3:
                row["prompt"] = random.choice(_PROMPTS)
            yield row
            if params and random.random() < 0.5:
                yield {**row, "params": random.choice(params)}
        for reasoning in (*_POOR, *_REASONINGS):
            text = f"<{first}>{reasoning}</{first}><{last}>72</{last}>"
            yield {"completion": text, "prompt": _PROMPTS[0], "params": {"min_words": random.choice((1, 3, 20))}}

    return made


def code_rows(random: Random) -> Iterator[Row]:
    """Yield programs and what is none, in fences and what is none."""
    frame = f"<think>{_REASONINGS[0]}</think>\n<answer>\n@\n</answer>"
    for fence, code in product(_FENCES, _CODES):
        if len(code) > 20_000 and fence != _FENCES[0]:
            continue
        language = random.choice(("python", "python", "py", "Python", "rust", "js"))
        row: Row = {"completion": frame.replace("@", fence.replace("@", language).replace("~", code))}
        yield row
        if random.random() < 0.3:
            yield {**row, "params": random.choice(({"parse": False}, {"language": "rust"}, {"language": "javascript"}))}
    for text in framed_texts(random, "think", "answer"):
        yield {"completion": text.replace("72</answer>", "\n```python\nprint(72)\n```\n</answer>")}


def step_rows(random: Random) -> Iterator[Row]:
    """Yield lists of steps in every layout, with something, little or the same in them."""
    for layout, size in product(_STEPS, (1, 2, 3, 4, 6)):
        for said in (_SAID, _SAID[:3], _SAID[:1]):
            steps = [layout.replace("@", str(n + 1)).replace("~", random.choice(said)) for n in range(size)]
            row: Row = {"completion": random.choice(("\n", "\n\n", " ")).join(steps)}
            yield row
            if random.random() < 0.3:
                yield {**row, "params": random.choice(({"steps": 1}, {"steps": 5}, {"min_words": 1}, {"min_words": 9}))}
    for text in (*_REASONINGS, *_POOR):
        yield {"completion": text}
        yield {"completion": f"Step 1: {text}\nStep 2: {text}", "prompt": _PROMPTS[0]}
        yield {"completion": f"Step 1: {text}", "prompt": f"Step 1: {text}"}


def label_rows(random: Random) -> Iterator[Row]:
    """Yield reasoning and answers behind labels, and behind what is nearly one."""
    shapes = (
        *(
            "Reasoning: @\nAnswer: ~",
            "Reasoning: @ Answer: ~",
            "Reasoning:\n@\n\nAnswer:\n~\n",
            "Sure! Reasoning: @\nAnswer: ~",
        ),
        *(
            "Answer: ~\nReasoning: @",
            "Reasoning: @",
            "@\nAnswer: ~",
            "**Reasoning:** @\n**Answer:** ~",
            "@ ~",
            "Answer: ~",
        ),
        *(
            "reasoning: @\nanswer: ~",
            "Reasoning @\nAnswer ~",
            "Reasoning: @\nAnswer: ~\nAnswer: 73",
            "# Reasoning\n@\n# Answer\n~",
        ),
        *(
            "Reasoning: @\nFinal Answer: ~",
            "Reasoning: @\nAnswer: ~\nanswer: 73",
            "<think>\nReasoning: @\n</think>\nAnswer: ~",
        ),
        *(r"Reasoning: @ <\think>" + "\nAnswer: ~", "Thought: @\nFinal answer: ~"),
    )
    for shape, reasoning in product(shapes, (*_REASONINGS, *_POOR)):
        row: Row = {"completion": shape.replace("@", reasoning).replace("~", random.choice(_ANSWERS))}
        if random.random() < 0.3:
            row["prompt"] = _PROMPTS[0]
        yield row
        if random.random() < 0.2:
            yield {**row, "params": {"reasoning_label": "Thought", "answer_label": "Final answer"}}
            yield {**row, "params": {"min_words": random.choice((1, 20))}}


def number_rows(random: Random) -> Iterator[Row]:
    """Yield numbers and what only looks like one, in every place."""
    for number, place in product(_NUMBERS, _PLACES[:3]):
        yield {"completion": place.replace("@", number)}
    for text in _POOR:
        yield {"completion": f"{text} <answer>72</answer>", "prompt": random.choice((text, _PROMPTS[0]))}
    for number in _NUMBERS:
        text = random.choice(_PLACES).replace("@", number)
        kinds = random.choice((["integer"], ["decimal"], ["fraction"], ["integer", "fraction"]))
        yield {"completion": text, "params": {"kinds": kinds}}
        yield {"completion": random.choice(_PLACES[3:]).replace("@", number), "prompt": _PROMPTS[0]}


_NAMES: tuple[Row, ...] = (
    *({"prefilled": "yes"}, {"prefilled": "no"}, {"min_words": 1}, {"min_words": 30}),
    {"think_tag": "reasoning", "answer_tag": "solution"},
)

CORPORA = {
    "answer_type@v1": number_rows,
    "code_format@v2": code_rows,
    "reasoning_answer_format@v1": label_rows,
    "reasoning_steps@v2": step_rows,
    "tag_count@v2": rows("think", "answer", *_NAMES),
    "think_format@v2": rows("think", "answer", *_NAMES, {"shape": "think"}, {"shape": "think", "prefilled": "no"}),
    "xml_count@v2": rows("reasoning", "answer"),
    "xml_soft_format@v2": rows("reasoning", "answer"),
    "xml_strict_format@v2": rows("reasoning", "answer"),
}
