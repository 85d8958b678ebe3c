"""Templates for the probes of the rewards of length: every side of every limit, with right and with wrong answers."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

Row = dict[str, object]
Corpus = Callable[[Random], Iterator[Row]]

_ANSWERS = (
    r"\boxed{72}",
    r"\boxed{62}",
    r"\boxed{\frac{144}{2}}",
    "The answer is $72$.",
    "The final answer is 72",
    "#### 72",
    r"\boxed{72} or \boxed{62}",
    r"\boxed{72\text{ clips}}",
    r"$$x = 72$$",
    r"<think>\boxed{72}</think> I do not know.",
    "I give up.",
    "",
)
_SOLUTIONS = ("$72$", r"So we get $\boxed{72}$.", "72", "#### 72", "", r"$\frac{144}{2}$", "$62$")
_GOLDS = ("72", "62", r"\frac{144}{2}", " ")
_REFUSED = (
    "",
    " \n",
    "Solution",
    "Let's solve this problem step by step.",
    "<think></think><answer></answer>",
    "tick tock " * 40,
    "A B C D E",
    "wait check verify therefore however step first second then hence because so",
    "#### 1\n#### 2\n#### 3\n#### 4\n#### 5\n#### 6",
    "In April he sold 48 clips. In May it was 24. Together that makes a number which",
    "\u0422h\u0435 \u0430nsw\u0435r is s\u0435v\u0435nty tw\u043e, \u0430nd th\u0430t is \u0430ll.",
)
_SENTENCES = (
    "In April he sold 48 clips.",
    "In May it was half of that, so 24.",
    "Both months are counted once.",
    "Die Summe ist gefragt.",
    "两个月加起来。",
    "So 48 + 24 is what we want.",
)
_LIMITS = ((100, 20), (100, 0), (10, 20), (1, 1), (8, 4), (4096, 1024))
_COSINES: tuple[Row, ...] = (
    {},
    {"min_value_wrong": 0.0, "max_value_wrong": -0.5},
    {"max_value_wrong": 1.0, "min_value_correct": -1.0, "max_value_correct": 0.3},
)


def _attempt(random: Random, sentences: int) -> str:
    chosen = (random.choice(_SENTENCES) for _ in range(sentences))
    return " ".join([*chosen, random.choice(_ANSWERS)])


def _measured(random: Random, tokens: int) -> Row:
    """Return the fields that say how long a completion is; now and then none does."""
    match random.randrange(12):
        case 0:
            return {"completion_ids": [random.randrange(9) for _ in range(min(tokens, 200))]}
        case 1:
            return {"completion_tokens": tokens, "completion_ids": [1, 2, 3]}
        case 2 if tokens % 5 == 0:
            return {}
        case _:
            return {"completion_tokens": tokens}


def _near(longest: int, cache: int) -> Iterator[int]:
    free = longest - cache
    marks = {0, 1, free - 1, free, free + 1, free + cache // 2, longest - 1, longest, longest + 1, 5 * longest, 10**7}
    yield from (mark for mark in sorted(marks) if mark >= 0)


def overlong_rows(longest_name: str, cache_name: str, *, least: int = 0) -> Corpus:
    """Return what yields lengths on both sides of every limit, of attempts and of nothing."""

    def rows(random: Random) -> Iterator[Row]:
        for longest, cache in _LIMITS:
            params = {longest_name: longest, cache_name: max(cache, least)}
            for tokens, _ in product(_near(longest, cache), range(4)):
                text = random.choice((_attempt(random, random.randint(1, 9)), random.choice(_REFUSED)))
                yield {"completion": text, "params": params, **_measured(random, tokens)}
        for tokens in range(11_000, 22_000, 500):
            yield {"completion": _attempt(random, 4), "completion_tokens": tokens}
        for text in _REFUSED:
            yield {"completion": text, "prompt": text, "completion_tokens": 9}

    return rows


def factor_rows(random: Random) -> Iterator[Row]:
    """Yield lengths for the penalty that has a factor."""
    yield from overlong_rows("max_resp_len", "overlong_buffer_len", least=1)(random)
    for tokens, factor in product(range(70, 140, 7), (0.0, 0.1, 3.0, 100.0)):
        params = {"max_resp_len": 100, "overlong_buffer_len": 20, "penalty_factor": factor}
        yield {"completion": "", "params": params, "completion_tokens": tokens}


def cosine_char_rows(random: Random) -> Iterator[Row]:
    """Yield right and wrong answers of every length, up to several times the longest."""
    for length, answer, params in product(range(0, 420, 35), _ANSWERS[:4], _COSINES):
        text = "a" * length + " " + answer
        yield {"completion": text, "reference": {"solution": "$72$"}, "params": {"max_len": 100, **params}}
    for answer, solution in product(_ANSWERS, _SOLUTIONS):
        text = f"{random.choice(_SENTENCES)} {answer}"
        yield {"completion": text, "reference": {"solution": solution}}


def cosine_token_rows(reference: str, longest: str, params: tuple[Row, ...]) -> Corpus:
    """Return what yields right and wrong answers of every number of tokens."""
    golds = _SOLUTIONS if reference == "solution" else _GOLDS

    def rows(random: Random) -> Iterator[Row]:
        for tokens, answer, given in product((0, 1, 25, 50, 75, 99, 100, 101, 900), _ANSWERS, params):
            text = " ".join([*random.sample(_SENTENCES, 3), answer])
            gold = random.choice((golds[0], *golds))
            fields = _measured(random, tokens)
            yield {"completion": text, "reference": {reference: gold}, "params": {longest: 100, **given}, **fields}
        for text, tokens in product(_REFUSED, (0, 40, 5000)):
            prompt = random.choice((text, "How many clips did he sell?"))
            yield {
                "completion": text,
                "reference": {reference: golds[0]},
                "prompt": prompt,
                "completion_tokens": tokens,
            }

    return rows


def group_rows(reference: str, golds: tuple[str, ...], params: tuple[Row, ...]) -> Corpus:
    """Return what yields groups of every mixture and size."""

    def rows(random: Random) -> Iterator[Row]:
        for number in range(90):
            given = params[number % len(params)]
            gold = random.choice((golds[0], golds[0], *golds))
            is_even = number % 7 == 0
            for _ in range(random.choice((1, 2, 3, 4, 4, 8))):
                text = random.choice(_ANSWERS[:2]) if is_even else _attempt(random, random.randint(0, 6))
                tokens = {"completion_tokens": random.choice((3, 40, 41, 90, 300, 5000))}
                fields = {} if number % 13 == 0 and random.random() < 0.2 else tokens
                row = {"completion": text, "reference": {reference: gold}, "group": str(number), **fields}
                yield {**row, "params": given} if given else row

    return rows


def target_rows(random: Random) -> Iterator[Row]:
    """Yield lengths around targets and budgets for every published form."""
    forms = ("linear", "linear_both", "sigmoid", "sigmoid_exact", "binary", "delta")
    tokens = (0, 1, 500, 999, 1000, 1001, 1250, 2000, 5000, 80_000, 10**8)
    for form, target, used in product(forms, (1000, -1000, 0, 1, 7), tokens):
        alpha = random.choice(({}, {}, {"alpha": 0.005}, {"alpha": 1.0}))
        fields = _measured(random, used)
        yield {"completion": "x", "reference": {"num_tokens": target}, "params": {"form": form, **alpha}, **fields}
    for target in (10**9, 10**9 + 1, -(10**9) - 1, 2**40):
        yield {"completion": "x", "reference": {"num_tokens": target}, "completion_tokens": 5}


def right_target_rows(random: Random) -> Iterator[Row]:
    """Yield right and wrong answers around targets, in both forms."""
    given: tuple[Row, ...] = ({}, {"form": "max"}, {"alpha": 0.01, "least": 0.4}, {"form": "max", "alpha": 0.005})
    tokens = (0, 90, 100, 101, 400, 5000)
    for params, target, used, answer in product(given, (100, 1, -100, 10**10), tokens, _ANSWERS[:7]):
        if target in {100, 1} or used == 100:
            reference = {"answer": random.choice(("72", *_GOLDS)), "num_tokens": target}
            yield {"completion": answer, "reference": reference, "params": params, **_measured(random, used)}


_V2_COSINES: tuple[Row, ...] = ({}, {"long_right": 1.0, "long_wrong": -1.0}, {"short_right": 0.2, "short_wrong": -0.1})
_V2_GROUPS: tuple[Row, ...] = ({}, {}, {"longest_right": 0.2}, {"enough_tokens": 60}, {"size": 4})

CORPORA: dict[str, Corpus] = {
    "cosine_length@v1": cosine_char_rows,
    "cosine_length@v2": cosine_token_rows("answer", "max_tokens", _V2_COSINES),
    "kimi_length@v1": group_rows("solution", _SOLUTIONS, ({},)),
    "kimi_length@v2": group_rows("answer", _GOLDS, _V2_GROUPS),
    "l1_length@v1": target_rows,
    "l1_length@v2": right_target_rows,
    "overlong@v1": overlong_rows("max_completion_len", "soft_punish_cache"),
    "overlong@v2": overlong_rows("max_tokens", "cache_tokens"),
    "swift_overlong@v1": overlong_rows("soft_max_length", "soft_cache_length", least=1),
    "trl_cosine_length@v1": cosine_token_rows("solution", "max_len", _COSINES),
    "trl_overlong@v1": overlong_rows("max_completion_len", "soft_punish_cache"),
    "verl_overlong@v1": factor_rows,
}
