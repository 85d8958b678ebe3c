"""Templates for the probes of the rewards of repetition: loops of every period and length, in several scripts."""

from collections.abc import Callable, Iterator
from itertools import product
from random import Random

Row = dict[str, object]
Corpus = Callable[[Random], Iterator[Row]]

_WORDS = (
    *("ice", "water", "light", "bind", "four", "heavy", "room", "tenth", "72", "48", "=", "+"),
    *("x.", "Wait,", "no", "the", "of", "and", "it", "is", "less"),
)
_LOOPS = (
    "ha ",
    "wait no ",
    "The cat sat. ",
    "a",
    "重复",
    "今天天气很好。我们去公园玩。",
    "Лёд легче воды. ",
    "น้ำแข็งลอยน้ำ",
    "1 + 1 = 2, ",
    "-\n",
    "So x = 3. Wait, let me check that again: x = 3.\n",
)
_REFUSED = (
    "\u0422h\u0435 \u0430nsw\u0435r is s\u0435v\u0435nty tw\u043e, \u0430nd th\u0430t is \u0430ll.",
    "",
    " ",
    "Solution",
    "<think></think>",
    "A B C D",
    "Thought process:",
    "#### 1 #### 2 #### 3 #### 4 #### 5",
)
_CASES = (str.lower, str.upper, str.title)


def _prose(random: Random, words: int) -> str:
    """Return sentences of so many words, few of which come twice in a row."""
    chosen = [random.choice(_WORDS) + str(random.randrange(40)) * (random.random() < 0.5) for _ in range(words)]
    for end in range(8, words, 9):
        chosen[end] += "."
    return " ".join(chosen)


def text_rows(random: Random) -> Iterator[Row]:
    """Yield loops alone, behind prose and between prose, sentences told again, and texts that are refused."""
    for loop, count in product(_LOOPS, (1, 2, 3, 5, 9, 20, 45)):
        yield {"completion": loop * count}
        prose = _prose(random, random.choice((5, 30, 150)))
        yield {"completion": f"{prose} {loop * count}{random.choice(('', ' Done.', prose))}"}
    for words, count in product((6, 14, 30, 60, 130, 260), (1, 2, 3, 4)):
        text = _prose(random, words)
        again = "\n".join(random.choice(_CASES)(text) for _ in range(count))
        yield {"completion": f"{again}."}
        yield {"completion": again.replace(" ", "") + "."}
    for text in _REFUSED:
        yield {"completion": text}
        yield {"completion": text, "prompt": text}
    question = "Why does ice float on water, and why does it matter to fish in winter?"
    yield {"completion": question, "prompt": question}


def word_rows(random: Random) -> Iterator[Row]:
    """Yield the same texts for several lengths of what is repeated, and several penalties."""
    for row in text_rows(random):
        yield row
        size, penalty = random.choice((1, 2, 3, 4, 7, 32)), random.choice((-1.0, -0.5, -0.3, 0.0))
        yield {"completion": row["completion"], "params": {"ngram_size": size, "max_penalty": penalty}}


def id_rows(random: Random) -> Iterator[Row]:
    """Yield token ids with every number of repetitions, and samples without ids."""
    for length, kinds in product((0, 1, 2, 3, 4, 7, 20, 60), (1, 2, 3, 9, 1000)):
        for _ in range(3):
            ids = [random.randrange(kinds) for _ in range(length)]
            yield {"completion": "x", "completion_ids": ids}
            size, penalty = random.choice((1, 2, 4, 32)), random.choice((-1.0, -0.5, -0.3, 0.0))
            yield {"completion": "x", "completion_ids": ids, "params": {"ngram_size": size, "max_penalty": penalty}}
    for period, count in product((1, 2, 5), (2, 10, 40)):
        yield {"completion": "x", "completion_ids": list(range(period)) * count}
    for tokens in (0, 5):
        yield {"completion": f"no ids {tokens}"}
        yield {"completion": "x", "completion_tokens": tokens}


CORPORA: dict[str, Corpus] = {
    "repetition@v1": word_rows,
    "repetition@v2": text_rows,
    "trl_repetition@v1": id_rows,
}
