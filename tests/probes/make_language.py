"""Templates for the probes of languages: sentences of many, alone, mixed, short, in formulas and in code."""

import json
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from random import Random

Row = dict[str, object]

_TEXTS = json.loads(Path(__file__).with_name("sentences.json").read_text(encoding="utf-8"))
_SENTENCES: dict[str, list[str]] = _TEXTS["sentences"]
"""What means the same in every language that can be wanted, by its code."""
_NEIGHBOURS: dict[str, str] = _TEXTS["neighbours"]
"""By a language that it is not: a text in a neighbour of that language, or babble."""
_SHORT: list[str] = _TEXTS["short"]
_WRAPPED = (
    *("$@$", "```\n@\n```", "`@`", r"\(@\)", r"\[ @ \]", r"$\text{@}$", "<b>@</b>", "https://example.org/@", "**@**"),
    *(
        "<think>@</think>",
        "<answer>@</answer>",
        "<think>x</think>@",
        "<think>@</think><answer>72</answer>",
        "@\n#### 72",
    ),
    *("<reasoning>@</reasoning>\n<answer>72</answer>", "```python\n# @", "[asy]@[/asy]", "> @", "| @ |", "@ @ @"),
)
_PARTS = ("all", "reasoning", "answer")


def language_rows(random: Random) -> Iterator[Row]:
    """Yield texts of every language under every wish, and texts of two."""
    for code, texts in _SENTENCES.items():
        for text in texts:
            yield {"completion": text, "params": {"language": code}}
            yield {"completion": text, "prompt": random.choice(texts)}
            yield {"completion": text, "prompt": random.choice(_SENTENCES[random.choice(tuple(_SENTENCES))])}
            for other in random.sample(tuple(_SENTENCES), 3):
                mixed = f"{text} {random.choice(_SENTENCES[other])}"
                yield {"completion": mixed, "params": {"language": code}}
                yield {"completion": mixed, "params": {"language": other}}
                yield {"completion": text, "params": {"language": other}}
    for code, text in _NEIGHBOURS.items():
        yield {"completion": text, "params": {"language": code}}
        yield {"completion": f"{_SENTENCES[code][0]} {text}", "params": {"language": code}}
        yield {"completion": _SENTENCES[code][0], "prompt": text}
    for text, code in product(_SHORT, ("en", "de", "zh", "ja")):
        yield {"completion": text, "params": {"language": code}}
        yield {"completion": f"{_SENTENCES[code][0]} {text}", "params": {"language": code}}
    for text, prompt in product(_SHORT[:8], _SHORT):
        yield {"completion": text, "prompt": prompt}
    for wrapped, part in product(_WRAPPED, _PARTS):
        params = {"language": "en", "part": part}
        yield {"completion": wrapped.replace("@", _SENTENCES["fr"][0]), "params": params}
        yield {"completion": f"{_SENTENCES['en'][0]}\n{wrapped.replace('@', _SENTENCES['de'][0])}", "params": params}
        yield {"completion": wrapped.replace("@", _SENTENCES["en"][1]), "params": params}
    words = [word for texts in _SENTENCES.values() for text in texts for word in text.split()]
    for _ in range(100):
        text = " ".join(random.sample(words, random.randint(3, 40)))
        yield {"completion": text, "params": {"language": random.choice(tuple(_SENTENCES))}}
    yield {"completion": _SENTENCES["en"][0]}
    yield {"completion": _SENTENCES["en"][0], "prompt": _SENTENCES["en"][0]}


CORPORA = {"language_consistency@v1": language_rows}
