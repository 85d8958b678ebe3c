"""Units: what stands behind a number, and how much of another unit it is."""

import re
from dataclasses import dataclass
from fractions import Fraction

_LENGTH = {
    "mm": "1/1000",
    "cm": "1/100",
    "dm": "1/10",
    "m": "1",
    "km": "1000",
    "in": "254/10000",
    "ft": "3048/10000",
    "yd": "9144/10000",
    "mi": "1609344/1000",
}
_SPELLED = {
    "mm": "millimeter millimetre",
    "cm": "centimeter centimetre",
    "m": "meter metre",
    "km": "kilometer kilometre",
    "in": "inch inche",
    "ft": "foot feet",
    "yd": "yard",
    "mi": "mile",
    "s": "second sec",
    "min": "minute",
    "h": "hour hr",
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year yr",
    "mg": "milligram",
    "g": "gram gramme",
    "kg": "kilogram kilo",
    "t": "ton tonne",
    "lb": "pound lb",
    "oz": "ounce",
    "ml": "milliliter millilitre",
    "l": "liter litre",
    "dollar": "dollar usd buck",
    "cent": "cent",
    "yuan": "yuan",
    "euro": "euro",
    "percent": "percent pct percentage",
    "degree": "degree deg",
    "radian": "radian rad",
    "mph": "mph",
    "kph": "kph kmh",
    "unit": "unit",
    "celsius": "celsius",
    "fahrenheit": "fahrenheit",
}
_NAMES = {name: short for short, names in _SPELLED.items() for name in names.split()}
_UNITS: dict[str, tuple[str, Fraction]] = {
    **{name: ("length", Fraction(size)) for name, size in _LENGTH.items()},
    **{
        name: ("time", Fraction(seconds))
        for name, seconds in {"s": 1, "min": 60, "h": 3600, "day": 86_400, "week": 604_800}.items()
    },
    "month": ("months", Fraction(1)),
    "year": ("months", Fraction(12)),
    **{
        name: ("mass", Fraction(size))
        for name, size in {"mg": "1/1000", "g": "1", "kg": "1000", "t": "1000000"}.items()
    },
    "lb": ("pounds", Fraction(1)),
    "oz": ("pounds", Fraction(1, 16)),
    **{name: ("volume", Fraction(size)) for name, size in {"ml": "1/1000", "l": "1"}.items()},
    "dollar": ("dollars", Fraction(1)),
    "cent": ("dollars", Fraction(1, 100)),
    "yuan": ("yuan", Fraction(1)),
    "euro": ("euros", Fraction(1)),
    "percent": ("percent", Fraction(1)),
    "degree": ("degree", Fraction(1)),
    "radian": ("radian", Fraction(1)),
    "unit": ("unit", Fraction(1)),
    "celsius": ("celsius", Fraction(1)),
    "fahrenheit": ("fahrenheit", Fraction(1)),
}
_TERM = re.compile(r"(?P<name>[a-z]+)\s*(?:\^\s*\{?(?P<power>-?\d)\}?)?|(?P<per>/|\bper\b)")
_SQUARED = {"square": 2, "squared": 2, "sq": 2, "cubic": 3, "cubed": 3}
_CLEAN = re.compile(r"[a-z .'’/^{}()\-]*(?:\^\{?-?[1-4]\}?[a-z .'’/^{}()\-]*)*", re.IGNORECASE)
_MODIFIERS = frozenset(
    "not no never maybe perhaps possibly either neither nor unless except without excluding other guess unsure "
    "unknown anything everything whatever alternatively isn't isnt wrong incorrect false less more greater "
    "fewer least most than twice thrice double triple half third quarter squared cubed root reciprocal inverse "
    "multiple divisor factor minus plus times factorial over under above below beyond up to if when base many "
    "hundredth tenth thousandth hundredths tenths thousandths such but any".split()
)
"""Words that change what a number beside them says, or doubt it."""
_NEUTRAL = frozenset(
    "the a an answer answers is are final result value values only exactly precisely so thus therefore hence "
    "we get have it its there total in of all equals equal number numbers real reals integer integers every "
    "such that solution solutions and or by case on approximately about".split()
)
"""Words that say nothing about a number behind them."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as a multiple of the base units of its dimension."""

    dimension: tuple[tuple[str, int], ...]
    size: Fraction


def unit(words: str) -> Unit | None:
    """Return the unit that words name, or None where they name none that is known."""
    if len(words) == 1 and words.isupper() and words != "L":
        return None
    dimension: dict[str, int] = {}
    size = Fraction(1)
    sign, next_power = 1, 1
    for match in _TERM.finditer(_plain_unit(words)):
        if match["per"] or match["name"] == "per":
            sign = -1
            continue
        name = match["name"]
        if name in _SQUARED:
            next_power = _SQUARED[name]
            if name.endswith("ed") and dimension:  # `cm squared`
                dimension = {kind: power * next_power for kind, power in dimension.items()}
                size **= next_power
                next_power = 1
            continue
        found = _UNITS.get(name) or _UNITS.get(_NAMES.get(name, "")) or _UNITS.get(_NAMES.get(name.rstrip("s"), ""))
        if found is None:
            return None
        power = sign * (int(match["power"]) if match["power"] else 1) * next_power
        kind, factor = found
        dimension[kind] = dimension.get(kind, 0) + power
        size *= factor**power
        next_power = 1
    return Unit(tuple(sorted(dimension.items())), size) if dimension else None


def scale(words: str) -> Fraction | None:
    """Return what the first word multiplies a number by, such as `million`; None where it is no such word."""
    return _SCALES.get(words.partition(" ")[0].rstrip("s"))


def _nouns(words: str) -> set[str]:
    return {word.rstrip("s") for word in re.findall(r"[a-z]+", words.lower()) if word not in _EMPTY}


def agree(one: str, two: str) -> bool:
    """Return whether two remarks may stand behind the same value: nouns that have nothing in common may not."""
    left, right = _nouns(one), _nouns(two)
    return not left or not right or bool(left & right)


def _plain_unit(words: str) -> str:
    """Return words with compound units taken apart and dots left out."""
    plain = re.sub(r"\bdegrees? (?=celsius|fahrenheit)", "", words.lower().replace(".", ""))
    plain = plain.replace("per cent", "percent").replace("mph", "mi/h").replace("kph", "km/h").replace("kmh", "km/h")
    return re.sub(r"\^\s*\{?\s*(-?\d)\s*\}?", r"^\1", plain)


_SCALES = {
    "hundred": Fraction(100),
    "thousand": Fraction(1_000),
    "million": Fraction(10**6),
    "billion": Fraction(10**9),
    "trillion": Fraction(10**12),
    "dozen": Fraction(12),
}
_EMPTY = frozenset("the a an of in total about approximately exactly only there are is and number answer".split())


def is_remark(words: str) -> bool:
    """Return whether words may stand behind an answer without changing it: a unit or a noun, no number, no doubt."""
    found = set(re.findall(r"[a-z']+", words.lower()))
    if unit(words) is not None:
        return True
    return (
        bool(_CLEAN.fullmatch(words)) and not _MODIFIERS & found and not any(len(word) == 1 for word in found - {"a"})
    )


def is_introduction(words: str, expected: str) -> bool:
    """Return whether words may stand before an answer: they say nothing, or what the reference says as well."""
    found = set(re.findall(r"[a-z']+", words.lower()))
    return found <= _NEUTRAL | set(re.findall(r"[a-z']+", expected.lower()))


def is_denial(words: str) -> bool:
    """Return whether words say that what follows is not the answer."""
    return bool(
        {"not", "no", "never", "wrong", "incorrect", "false", "other"} & set(re.findall(r"[a-z]+", words.lower()))
    )
