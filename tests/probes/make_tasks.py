"""Templates for the probes of tasks: puzzles and questions, answered in many ways, rightly and wrongly."""

from collections.abc import Iterator
from itertools import product
from random import Random

Row = dict[str, object]

_PUZZLES: tuple[tuple[object, list[int], list[str]], ...] = (
    (24, [2, 3, 4], ["2*3*4", "(2*3)*4", "2+3+4", "2*3+4", "4*6", "2**3*4", "24", "-2*-3*4", "02*3*4", "2.3*4"]),
    (24, [3, 3, 8, 8], ["8/(3-8/3)", "8/(3-(8/3))", "8*3*(8-3)", "3*8*8/3", "8//3*8//3", "88-33"]),
    (5, [0, 5], ["0+5", "5/0", "0*5", "5-0", "5**0", "0**-5", "5.0", "05"]),
    (98, [44, 19, 35], ["44+19+35", "35+44+19", "44 + 19 + 35", "(44+19)+35", "44+19-35", "44+1935"]),
    (1, [9, 9, 9], ["9**9**9", "9-9+9", "9/9/9", "9//9**9", "(9-9)**9", "(9)(9)(9)", "9*9*9", "-9**.9", "((9)+9)/9"]),
    (7, [7], ["7", "(7)", "+7", "--7", "7.", "7=7", "7 = 8", "x7", "7x", "()", "...", "7()", "(7", "7)", "7,"]),
    (0, [1, 1], ["1-1", "1 - 1 = 0", "0 = 1-1", "1-1=1", "\u0661-1", "1\u00a0-1", "1\r-1", "(1\r-1)", "1\x0c-1"]),
)
_SHAPES = (
    *("Assistant: <answer>@</answer>", "Assistant: hm\n<answer> @ </answer>", "<answer>@</answer>", "Assistant: @"),
    *("<|im_start|>assistant\n<answer>@</answer>", "Assistant: <answer>1+1</answer><answer>@</answer>"),
    *("Assistant: <answer>@</answer>\n", "Assistant: <answer>\n@\n</answer>", "Assistant: <answer><answer>@</answer>"),
)
_SAID = (
    *("<answer>@</answer>", "<think>~</think>\n<answer>\n@\n</answer>\nDone.", r"\boxed{@}", r"So $\boxed{@ = 24}$."),
    *("First ~ is wrong.\nSo **@**", "@", "<answer>@ or ~</answer>", "<answer>~</answer> or <answer>@</answer>"),
    *("<answer>~</answer>\nNo, wrong.\n<answer>@</answer>", "<think>@", "<answer>k*@</answer>", "(so @ = 24)"),
)
_LATEX = (("*", r" \times "), ("*", r" \cdot "), ("/", r" \div "), ("*", "\u00d7"), ("/", "\u00f7"), ("-", "\u2212"))
_PUZZLE_REFERENCES: tuple[Row, ...] = (
    {"target": 1, "numbers": []},
    {"target": 1, "numbers": [-1]},
    {"target": 1, "numbers": [1] * 101},
    {"target": 10**30, "numbers": [1]},
)

_OPTIONS = ["London", "Berlin", "Paris", "Rome"]
_QUESTIONS: tuple[Row, ...] = (
    {"answer": "C", "options": _OPTIONS},
    {"answer": "paris", "options": _OPTIONS},
    {"answer": "C", "options": _OPTIONS, "permutation_seed": 1},
    {"answer": "AC", "options": _OPTIONS},
    {"answer": "A, C", "options": _OPTIONS, "permutation_seed": 5},
    {"answer": "C"},
    {"answer": "Paris"},
    {"answer": "B", "options": ["A", "O", "AB", "B"]},
    {"answer": "A", "options": ["Aa", "aa", "(0,1)", "[0,1]", "-5", "5"]},
)
_CHOICES = (
    *("C", "c", "(C)", "**C**", "\uff23", "A", "B", "E", "I", "Paris", "paris.", "London", "Vienna", "(C) Paris"),
    *("C. Paris", "C: London", "Paris (C)", "Paris (A)", "AC", "C, A", "A and C", "a, c", "A or C", "both A and C"),
    *("not C", "C, not A", "C because A is wrong", "C. A is wrong", "C D", "ABCD", "A. London\nB. Berlin\nC. Paris"),
    *(
        "London, Berlin, Paris, Rome",
        "",
        " ",
        r"\text{C}",
        r"\textbf{(C)} Paris",
        "aa",
        "Aa",
        "AB",
        "0,1",
        "[0,1]",
        "-5",
    ),
    *("A city", "I think C", "C, I think", "option C", "the correct answer is C", "C | A", "(C) Paris or London"),
)
_PLACES = (
    *("<answer>@</answer>", r"\boxed{@}", "The answer is @", "Hm.\n@", "<think>C</think>**Answer: @**"),
    *("<answer>C</answer> <answer>@</answer>", "Answer: A. Wait, Answer: @", r"\boxed{C} or \boxed{@}"),
)
_PHRASES = (
    *("\u7b54\u6848\u662f@", "\u7b54\u6848\uff1a@\u3002", "La respuesta es @.", "Die Antwort ist @", "@"),
    *(
        "La r\u00e9ponse est @.",
        "La respuesta correcta es (@)",
        "Answer:\n\n@",
        "I cannot decide",
        "The correct option is @",
    ),
    *("<think>@", "Answer: @\nAnswer: A", "A\nB\n@", "Answer: @. I hope the answer is right.", "<answer>@"),
)
_BAD_QUESTIONS: tuple[Row, ...] = (
    {"answer": " ", "options": _OPTIONS},
    {"answer": "E", "options": _OPTIONS},
    {"answer": "Vienna", "options": _OPTIONS},
    {"answer": "A", "options": ["x", "x"]},
    {"answer": "A", "options": ["x", " "]},
    {"answer": "A", "options": ["x"]},
    {"answer": "A", "options": [str(n) for n in range(27)]},
    {"answer": "A", "permutation_seed": 1},
)


def published_countdown_rows(_: Random) -> Iterator[Row]:
    """Yield equations in every place that the published rule tells apart."""
    for target, numbers, equations in _PUZZLES:
        reference = {"target": target, "numbers": numbers}
        for equation, shape in product(equations, _SHAPES):
            completion = shape.replace("@", equation)
            yield {"completion": completion, "reference": reference}
            if shape.startswith("<answer>"):
                yield {"completion": completion, "reference": reference, "params": {"marker_in_prompt": True}}
    for signs in ("-" * 498, "-" * 499, "(" * 150, "(" * 250):
        equation = signs + "1-1" + ")" * signs.count("(")
        yield {"completion": f"Assistant: <answer>{equation}</answer>", "reference": {"target": 0, "numbers": [1, 1]}}
    for reference in _PUZZLE_REFERENCES:
        yield {"completion": "Assistant: <answer>1</answer>", "reference": reference}


def countdown_rows(random: Random) -> Iterator[Row]:
    """Yield equations said in many ways, plain and in LaTeX, with all numbers to use and with some."""
    for target, numbers, equations in _PUZZLES:
        for equation, said in product(equations, _SAID):
            other = random.choice(equations)
            params = {"use_all": False} if random.random() < 0.2 else {}
            completion = said.replace("~", other).replace("@", equation)
            yield {
                "completion": completion,
                "reference": {"target": target, "numbers": [*numbers, *([9] if params else [])]},
                "params": params,
            }
        for equation, (plain, latex) in product(equations, _LATEX):
            written = rf"\boxed{{{equation.replace(plain, latex)}}}"
            yield {"completion": written, "reference": {"target": target, "numbers": numbers}}
    for equation in (r"\frac{7}{2}", r"\frac{7}{2} = 3.5", "7/2", r"\dfrac72", "7 : 2", r"\sqrt{7}/2", "7!/2", "[7]/2"):
        for target in ("7/2", 3.5, "3.5", "14/4", 4, "x", "1/0", "1e3"):
            yield {"completion": f"<answer>{equation}</answer>", "reference": {"target": target, "numbers": [2, 7]}}
    for deep in (40, 41):
        yield {"completion": "(" * deep + "1" + ")" * deep, "reference": {"target": 1, "numbers": [1]}}
    for reference in _PUZZLE_REFERENCES:
        yield {"completion": "<answer>1</answer>", "reference": reference}


def choice_rows(_: Random) -> Iterator[Row]:
    """Yield choices in every place and every language, for questions of every kind."""
    for question, choice, place in product(_QUESTIONS, _CHOICES, _PLACES):
        yield {"completion": place.replace("@", choice), "reference": question}
    for question, letter, phrase in product(_QUESTIONS[:3], "ABCD", _PHRASES):
        yield {"completion": phrase.replace("@", letter), "reference": question}
    for seed, letter in product(range(12), "ABCD"):
        yield {"completion": f"<answer>{letter}</answer>", "reference": {**_QUESTIONS[0], "permutation_seed": seed}}
    for question in _BAD_QUESTIONS:
        yield {"completion": "<answer>A</answer>", "reference": question}


CORPORA = {
    "countdown@v1": published_countdown_rows,
    "countdown@v2": countdown_rows,
    "multiple_choice@v1": choice_rows,
}
