"""Templates for the mathematical probes: answers in many forms, right and wrong, said in many ways."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from random import Random

Row = dict[str, object]
Problem = tuple[str, list[str], list[str]]
"""The expected answer, forms of it, and answers that are wrong or arguable."""

_PHRASES = (
    *(
        r"\boxed{@}",
        r"So $\boxed{@}$.",
        r"\[ \boxed{@} \]",
        "The answer is $@$.",
        "$$@$$",
        "Answer: @",
        "@",
        "$@$",
    ),
    *(
        "The final answer is $@$.",
        "The final answer is $@$. I hope it is correct.",
        "Answer: $@$",
        "**Answer:** @.",
    ),
    *("#### @", "<answer>@</answer>", r"\(@\)", r"\[@\]", r"<answer>\boxed{@}</answer>", "Hence x = $@$"),
    *(
        r"<think>\boxed{~}</think> \boxed{@}",
        r"<think>\boxed{@}</think> I do not know.",
        "First $~$, then $@$.",
    ),
    *(r"\boxed{@} or \boxed{~}", r"\boxed{~}, no: \boxed{@}", "It is $@$ and $~$.", r"\boxed{@", r"\fbox{@}"),
    *("We get @, as $~$ fails.", r"\boxed{\text{@}}", r"\boxed{@} is the answer, not $~$", "The answer is @"),
    *(
        r"\begin{align} x &= @ \end{align}",
        "answer is **@**",
        "So $x = @$ is the answer",
        r"$\boxed{ @ }$ units",
    ),
    *("答案是 $@$", "f = @", "final answer @", "(C) @", "Answer: ~ Answer: @", r"\boxed{~} \boxed{@}"),
)
_SILENT = (
    *(
        "",
        " ",
        "\n",
        "I do not know.",
        r"\boxed{}",
        "$$",
        "$ $",
        "no answer",
        "?",
        "...",
        r"\boxed{\text{none}}",
        "\x00",
    ),
    *(
        r"\frac{",
        "}{",
        r"\boxed{\frac{1}{}}",
        r"$\undefined{x}$",
        "answer:",
        "The answer is",
        r"\\",
        "{}",
        "ﬁn",
        "\U0001d7d5\U0001d7d0",
    ),
)
_BAD_GOLDS = (
    "",
    " ",
    r"\text{}",
    "{",
    r"\frac{1}{",
    "?",
    "$",
    "$$",
    r"\boxed{}",
    "the answer is cats",
    r"\\",
    ",",
)


def _signed(random: Random, size: int) -> int:
    return random.choice((-1, 1, 1)) * random.randint(1, size)


def _integer(random: Random) -> Problem:
    n = _signed(random, random.choice((9, 99, 9999, 9_999_999)))
    equal = [
        f"{n}",
        f"{n}.0",
        f"{n:,}",
        f"{n}.",
        rf"\text{{{n}}}",
        rf"{n}\text{{ cm}}",
        f"{n} dollars",
        rf"\${n}",
    ]
    equal += [
        f"{2 * n}/2",
        rf"\frac{{{3 * n}}}{{3}}",
        f"+{n}",
        f"{n}".replace("-", "\u2212"),
        rf"{n}\%",
        f"x={n}",
    ]
    return (
        f"{n}",
        equal,
        [f"{n + 1}", f"{-n}", f"{n}0", f"{n}.5", f"{n / 10}", rf"\frac{{{n}}}{{7}}", f"{n}x"],
    )


def _fraction(random: Random) -> Problem:
    value = Fraction(_signed(random, 40), random.choice((2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 16, 25, 100)))
    a, b = value.numerator, value.denominator
    sign, top = ("-", -a) if a < 0 else ("", a)
    equal = [rf"\frac{{{a}}}{{{b}}}", rf"{sign}\frac{{{top}}}{{{b}}}", rf"\dfrac{{{a}}}{{{b}}}", f"{a}/{b}"]
    equal += [
        rf"\frac{{{2 * a}}}{{{2 * b}}}",
        f"{float(value)}",
        f"{float(value):.4f}",
        rf"\frac {top} {b}",
        rf"\tfrac{top}{b}",
    ]
    equal += [rf"{sign}{top // b}\frac{{{top % b}}}{{{b}}}", rf"{100 * float(value):g}\%", rf"{a} \div {b}"]
    wrong = [
        rf"\frac{{{b}}}{{{top}}}",
        f"{float(value):.2f}",
        f"{a}",
        rf"\frac{{{a + 1}}}{{{b}}}",
        f"{-a}/{b}",
    ]
    return equal[0], equal, wrong


def _decimal(random: Random) -> Problem:
    cents = _signed(random, 99_999)
    text = f"{cents / 100:.2f}"
    equal = [
        text,
        f"{text}0",
        rf"\frac{{{cents}}}{{100}}",
        f"{cents / 100:,.2f}",
        rf"\${text}",
        f"{text} m",
        f"{cents}e-2",
    ]
    equal += [
        rf"{cents} \times 10^{{-2}}",
        rf"{cents} \cdot 10^{{-2}}",
        text.lstrip("0"),
        text.replace(".", ","),
    ]
    return (
        text,
        equal,
        [f"{cents / 1000}", f"{cents / 100 + 0.01:.2f}", f"{cents // 100}", f"{text}1", f"{text}%"],
    )


def _surd(random: Random) -> Problem:
    a, b = random.randint(2, 12), random.choice((2, 3, 5, 6, 7, 10))
    equal = [
        rf"{a}\sqrt{{{b}}}",
        rf"\sqrt{{{a * a * b}}}",
        rf"{a} \sqrt {b}",
        rf"{a}\cdot\sqrt{{{b}}}",
        f"{a}√{b}",
    ]
    equal += [
        rf"\frac{{{a * b}}}{{\sqrt{{{b}}}}}",
        f"{a * b**0.5:.8f}",
        rf"{a} \cdot {b}^{{1/2}}",
        rf"\sqrt[2]{{{a * a * b}}}",
    ]
    return (
        equal[0],
        equal,
        [
            rf"{a}\sqrt{{{b + 1}}}",
            rf"\sqrt{{{a * b}}}",
            f"{a * b**0.5:.2f}",
            f"{a * b}",
            rf"-{a}\sqrt{{{b}}}",
        ],
    )


def _circle(random: Random) -> Problem:
    a = random.randint(2, 30)
    equal = [
        rf"{a}\pi",
        rf"{a} \pi",
        rf"\pi \cdot {a}",
        rf"\frac{{{2 * a}\pi}}{{2}}",
        f"{a}π",
        rf"{a}\pi\text{{ cm}}^2",
    ]
    return (
        equal[0],
        equal,
        [rf"{a}", rf"{a * 3.14:.2f}", rf"{a + 1}\pi", rf"\frac{{{a}}}{{\pi}}", f"{a * 3.14159265:.6f}"],
    )


def _polynomial(random: Random) -> Problem:
    a, b = random.randint(1, 9), random.randint(1, 9)
    equal = [
        rf"x^2 + {a + b}x + {a * b}",
        rf"(x+{a})(x+{b})",
        rf"{a * b} + {a + b}x + x^2",
        rf"(x + {b})(x + {a})",
    ]
    equal += [rf"x(x+{a + b})+{a * b}", rf"\left(x+{a}\right)\left(x+{b}\right)", f"x**2+{a + b}*x+{a * b}"]
    return (
        equal[0],
        equal,
        [rf"x^2 + {a + b}x - {a * b}", rf"(x-{a})(x-{b})", rf"y^2 + {a + b}y + {a * b}", f"{a}, {b}"],
    )


def _set(random: Random) -> Problem:
    a, b, c = random.sample(range(-9, 20), 3)
    equal = [
        rf"\{{{a}, {b}, {c}\}}",
        rf"\{{{c}, {a}, {b}\}}",
        f"{a}, {b}, {c}",
        f"{c},{b},{a}",
        f"{a}, {b} and {c}",
    ]
    equal += [rf"\left\{{{b}, {a}, {c}\right\}}", rf"\{{{a}, {b}, {c}, {a}\}}", f"x={a}, x={b}, x={c}"]
    gold = random.choice((equal[0], equal[2]))
    return (
        gold,
        equal,
        [rf"\{{{a}, {b}\}}", f"({a}, {b}, {c})", rf"\{{{a}, {b}, {c + 1}\}}", f"{a}", r"\emptyset"],
    )


def _point(random: Random) -> Problem:
    a, b = _signed(random, 20), _signed(random, 20)
    equal = [
        f"({a}, {b})",
        rf"\left({a}, {b}\right)",
        f"({a},{b})",
        f"({a}.0, {b})",
        rf"({a}; {b})",
        f"(x, y) = ({a}, {b})",
    ]
    return (
        equal[0],
        equal,
        [f"({b}, {a})", rf"\{{{a}, {b}\}}", f"({a}, {b}, 0)", f"{a}, {b}", f"[{a}, {b}]", f"({a}, {b}]"],
    )


def _interval(random: Random) -> Problem:
    a = _signed(random, 20)
    b = a + random.randint(1, 20)
    if random.random() < 0.5:
        equal = [f"[{a}, {b})", rf"\left[{a}, {b}\right)", rf"{a} \le x < {b}", rf"x \in [{a}, {b})"]
        return equal[0], equal, [f"({a}, {b})", f"[{a}, {b}]", rf"{a} < x < {b}", f"[{a}, {b + 1})"]
    equal = [
        rf"(-\infty, {a}) \cup ({b}, \infty)",
        rf"({b}, \infty) \cup (-\infty, {a})",
        rf"x < {a} \text{{ or }} x > {b}",
    ]
    return (
        equal[0],
        equal,
        [rf"(-\infty, {a}] \cup [{b}, \infty)", rf"({a}, {b})", rf"(-\infty, {a})", r"\mathbb{R}"],
    )


def _relation(random: Random) -> Problem:
    a, b = random.randint(2, 9), random.randint(1, 20)
    if random.random() < 0.5:
        equal = [
            f"y = {a}x + {b}",
            f"{a}x + {b} = y",
            f"y - {a}x = {b}",
            f"y={b}+{a}x",
            f"{a}x - y + {b} = 0",
        ]
        return equal[0], equal, [f"y = {a}x - {b}", f"{a}x + {b}", f"y = {b}x + {a}", f"x = {a}y + {b}"]
    equal = [f"x > {b}", f"{b} < x", rf"({b}, \infty)", rf"x \gt {b}", f"x>{b}.0"]
    return equal[0], equal, [f"x < {b}", rf"x \ge {b}", f"x > {b + 1}", f"{b}", rf"(-\infty, {b})"]


def _matrix(random: Random) -> Problem:
    a, b, c, d = (random.randint(-9, 9) for _ in range(4))
    rows = rf"{a} & {b} \\ {c} & {d}"
    equal = [rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}", rf"\begin{{bmatrix}}{rows}\end{{bmatrix}}"]
    wrong = [
        rf"\begin{{pmatrix}} {a} & {c} \\ {b} & {d + 1} \end{{pmatrix}}",
        f"({a}, {b}, {c}, {d})",
        f"{a * d - b * c}",
    ]
    return equal[0], equal, wrong


def _complex(random: Random) -> Problem:
    a, b = random.randint(1, 20), random.randint(2, 20)
    equal = [f"{a}+{b}i", f"{b}i + {a}", f"{a} + {b}i", rf"{a}+{b}\cdot i", f"{a}+i{b}"]
    return equal[0], equal, [f"{a}-{b}i", f"{a}+{b}", f"{b}+{a}i", f"{a}+{b}j", f"({a}, {b})"]


def _power(random: Random) -> Problem:
    a, b = random.randint(2, 9), random.randint(2, 6)
    equal = [f"{a}^{b}", f"{a}^{{{b}}}", f"{a**b}", f"{a**b:,}", f"{a}**{b}", rf"{a} \cdot {a}^{{{b - 1}}}"]
    return (
        random.choice((f"{a}^{b}", f"{a**b}")),
        equal,
        [f"{b}^{a + 1}", f"{a * b}", f"{a}^{{{b + 1}}}", f"{a}{b}"],
    )


def _function(random: Random) -> Problem:
    a = random.randint(2, 9)
    golds = [
        rf"\log_{{{a}}} {a**3}",
        rf"\sin\frac{{\pi}}{{{a}}}",
        rf"e^{{{a}}}",
        rf"\binom{{{a + 2}}}{{2}}",
        rf"{a}!",
        rf"\ln {a}",
    ]
    gold = random.choice((*golds, rf"{a * 15}^\circ", rf"{a * 12}_{{8}}", rf"\frac{{x}}{{{a}}}", rf"\left|{-a}\right|"))
    return (
        gold,
        [gold, gold.replace(" ", ""), "3", f"{a}", f"{a * 15}", f"{a * 12}"],
        [f"{a + 1}", rf"\cos {a}", "x", "e"],
    )


def _words(random: Random) -> Problem:
    gold = random.choice(
        (
            r"\text{Monday}",
            "A",
            r"\text{(B)}",
            "x",
            r"\text{yes}",
            r"\text{even}",
            "abc",
            r"\infty",
            r"\pi",
            "C",
        )
    )
    bare = gold.replace(r"\text{", "").replace("}", "")
    return (
        gold,
        [gold, bare, bare.lower(), rf"\text{{{bare}}}", f"({bare})", rf"\mathrm{{{bare}}}"],
        ["B", "y", r"\text{no}", "Tuesday"],
    )


_KINDS = (
    *(
        _integer,
        _integer,
        _integer,
        _fraction,
        _fraction,
        _decimal,
        _surd,
        _circle,
        _polynomial,
        _set,
        _point,
    ),
    *(_interval, _relation, _matrix, _complex, _power, _function, _words),
)


def problems(random: Random, phrases: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield completions and expected answers: most answer, some are silent, some references are unreadable.

    Five rows in a row share their problem, which Math-Verify's own cache makes much cheaper to score.
    """
    for number in range(420):
        gold, equal, wrong = _KINDS[number % len(_KINDS)](random)
        for _ in range(5):
            said = random.choice(equal if random.random() < 0.65 else wrong)
            phrase = random.choice(phrases).replace("~", random.choice(wrong)).replace("@", said)
            chance = random.random()
            if chance < 0.04:
                phrase = random.choice(_SILENT)
            elif chance < 0.07:
                phrase = f"{'We reason step by step. ' * random.randint(1, 12)}\n\n{phrase}\n\nDone."
            yield phrase, random.choice(_BAD_GOLDS) if chance > 0.97 else gold


def math_rows(random: Random) -> Iterator[Row]:
    """Yield rows whose reference is the bare answer."""
    for completion, gold in problems(random, _PHRASES):
        yield {"completion": completion, "reference": {"answer": gold}}


def trl_rows(random: Random) -> Iterator[Row]:
    """Yield rows whose reference is a solution that holds the answer in one of several ways."""
    forms = (
        "${}$",
        "${}$",
        "{}",
        r"\boxed{{{}}}",
        r"So we get $\boxed{{{}}}$.",
        "The answer is ${}$.",
        "{} is it",
    )
    announced = [phrase for phrase in _PHRASES if "boxed" in phrase or ("$" in phrase and "nswer" in phrase)]
    for completion, gold in problems(random, (*announced, *announced, *_PHRASES)):
        yield {"completion": completion, "reference": {"solution": random.choice(forms).format(gold)}}


CORPORA = {
    "math_equal@v1": math_rows,
    "trl_accuracy@v1": trl_rows,
}
