r"""One spelling for what is written in many: Unicode, LaTeX variants and plain text become one small LaTeX.

`plain` undoes what only changes the look of a formula: delimiters, sizes, spacing, `\dfrac`, full-width digits, `½`,
`²`, `≤`. It never changes what a formula says, so two texts with the same `canonical` form are the same answer.
"""

import re
import unicodedata

MAX_CHARS = 12_000
"""A longer answer is compared by its text alone: no answer to a problem is as long."""

_SYMBOLS = {
    "−": "-",
    "–": "-",
    "—": "-",
    "‐": "-",
    "\u2011": "-",
    "×": r"\times ",
    "✕": r"\times ",
    "·": r"\cdot ",
    "⋅": r"\cdot ",
    "∙": r"\cdot ",
    "÷": r"\div ",
    "∕": "/",
    "⁄": "/",
    "∶": ":",
    "：": ":",
    "≤": r"\le ",
    "⩽": r"\le ",
    "≥": r"\ge ",
    "≧": r"\ge ",
    "≦": r"\le ",
    "∗": "*",
    "⩾": r"\ge ",
    "≠": r"\ne ",
    "≈": r"\approx ",
    "≡": r"\equiv ",
    "±": r"\pm ",
    "∓": r"\mp ",
    "√": r"\sqrt ",
    "∛": r"\sqrt[3] ",
    "∜": r"\sqrt[4] ",
    "∞": r"\infty ",
    "°": r"^{\circ}",
    "º": r"^{\circ}",
    "∪": r"\cup ",
    "∩": r"\cap ",
    "∈": r"\in ",
    "∅": r"\emptyset ",
    "Ø": r"\emptyset ",
    "∖": r"\setminus ",
    "ℝ": r"\mathbb{R}",
    "ℤ": r"\mathbb{Z}",
    "ℕ": r"\mathbb{N}",
    "ℚ": r"\mathbb{Q}",
    "ℂ": r"\mathbb{C}",
    "⟨": r"\langle ",
    "⟩": r"\rangle ",
    "⌊": r"\lfloor ",
    "⌋": r"\rfloor ",
    "⌈": r"\lceil ",
    "⌉": r"\rceil ",
    "…": r"\ldots ",
    "⋯": r"\ldots ",
    "′": "'",
    "∣": r"\mid ",
    "，": ",",
    "、": ",",
    "；": ";",
    "（": "(",
    "）": ")",
    "。": ".",
    "％": "%",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
    "\u3000": " ",
    "\ufeff": "",
    "€": "",
    "£": "",
    "¢": r"\text{ cents}",
    "℃": r"\text{ celsius}",
    "℉": r"\text{ fahrenheit}",
    "■": "",
    "□": "",
    "∎": "",
    "✓": "",
    "∴": "",
    "⇒": "",
    "→": r"\to ",
    "∠": r"\angle ",
    "和": r"\text{ and }",
    "与": r"\text{ and }",
    "或": r"\text{ or }",
    "¥": "",
    "￥": "",
    "₹": "",
}
_GREEK = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "epsilon",
    "zeta",
    "eta",
    "theta",
    "iota",
    "kappa",
    "lambda",
    "mu",
    "nu",
    "xi",
    "omicron",
    "pi",
    "rho",
    "sigmaf",
    "sigma",
    "tau",
    "upsilon",
    "phi",
    "chi",
    "psi",
    "omega",
]
_SYMBOLS |= {chr(0x3B1 + place): f"\\{name} " for place, name in enumerate(_GREEK)}
_SYMBOLS |= {
    chr(0x391 + place): f"\\{name.capitalize()} "
    for place, name in enumerate(_GREEK)
    if name in {"gamma", "delta", "theta", "lambda", "xi", "pi", "sigma", "phi", "psi", "omega"}
}
_TABLE = str.maketrans(_SYMBOLS)
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ", "0123456789+-ni")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_VULGAR = re.compile("[¼-¾⅐-⅞↉]")
_SUPERSCRIPT = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱ]+")
_SUBSCRIPT = re.compile("[₀₁₂₃₄₅₆₇₈₉]+")

_KNOWN = (
    "frac|dfrac|tfrac|cfrac|sqrt|pi|left|right|text|mathrm|cdot|times|sin|cos|tan|cot|sec|csc|ln|log|infty|pm|le|ge"
    "|leq|geq|lt|gt|cup|cap|in|boxed|begin|end|circ|overline|theta|alpha|beta|quad|mathbb|ldots|cdots|dots"
)
_DOUBLED = re.compile(rf"(?<!\\)\\\\(?=(?:{_KNOWN})(?![a-z]))")
_SPACED_GROUP = re.compile(r"(?<=\d)(?:\s*\\[,!;:]\s*|\s*\{\s*,\s*\}\s*|\s*,\s*\\!\s*|\\\s|~)(?=\d{3}(?!\d))")
_BRACED_COMMA = re.compile(r"(?<=\d)\s*\{\s*,\s*\}\s*(?=\d{3}(?!\d))")
_THIN = re.compile(r"\\[!]\s*")
_SPACES = re.compile(r"(?<!\\)\\[,;:> ]|\\q?quad|~|\\(?:hspace|vspace|phantom)\*?\{[^{}]*\}")
_NOISE = re.compile(
    r"\\(?:left|right|bigl|bigr|biggl|biggr|Bigl|Bigr|big|Big|bigg|Bigg|middle|displaystyle|textstyle|limits|nolimits"
    r"|mathstrut|strut|noindent|centering)(?![a-zA-Z])\s*\.?"
    r"|\\label\{[^{}]*\}"
)
_DELIMITERS = re.compile(r"\\?\$|(?<!\\)\\[()\[\]]")
_FRACTIONS = re.compile(r"\\[dtc]frac(?![a-zA-Z])")
_NAMES = {
    "leq": "le",
    "leqslant": "le",
    "leqq": "le",
    "geq": "ge",
    "geqslant": "ge",
    "geqq": "ge",
    "neq": "ne",
    "lt": "<",
    "gt": ">",
    "land": r"\text{ and }",
    "lor": r"\text{ or }",
    "wedge": r"\text{ and }",
    "vee": r"\text{ or }",
    "vert": "|",
    "lvert": "|",
    "rvert": "|",
    "lbrace": r"\{",
    "rbrace": r"\}",
    "lbrack": "[",
    "rbrack": "]",
    "lparen": "(",
    "rparen": ")",
    "cdots": "ldots",
    "dots": "ldots",
    "dotsc": "ldots",
    "dotsb": "ldots",
    "varnothing": "emptyset",
    "O": "emptyset",
    "cupdot": "cup",
    "sqcup": "cup",
    "bigcup": "cup",
    "bigcap": "cap",
    "backslash": "setminus",
    "degree": r"^{\circ}",
    "degrees": r"^{\circ}",
    "ast": r"\cdot",
    "bullet": r"\cdot",
    "colon": ":",
    "triangleq": "=",
    "coloneqq": "=",
    "simeq": "approx",
    "thickapprox": "approx",
    "varphi": "phi",
    "vartheta": "theta",
    "varepsilon": "epsilon",
    "arctg": "arctan",
    "tg": "tan",
    "ctg": "cot",
    "fbox": "boxed",
    "textdollar": "",
    "euro": "",
    "pounds": "",
    "percent": "%",
    "dfrac": "frac",
    "nicefrac": "frac",
    "sfrac": "frac",
    "bar": "overline",
    "cent": r"\text{ cents}",
    "cents": r"\text{ cents}",
    "celsius": r"\text{ celsius}",
}
_NAMES |= dict.fromkeys(
    (
        "therefore implies Rightarrow Longrightarrow blacksquare square Box qed checkmark large Large LARGE huge Huge "
        "small normalsize"
    ).split(),
    "",
)
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_QUOTES = ('"', "'", "`", "*")
_DOLLAR = "\x00"
"""Stands for a dollar sign that is money while those that delimit formulas are removed."""
_PRICE = re.compile(rf"(-?)\s*{_DOLLAR}\s*(-?\d[\d,]*(?:\.\d+)?)")
_BOLD = re.compile(r"\\(?:mathbf|boldsymbol|bm|mathit|mathcal)\s*\{\s*([A-Za-z])\s*\}")
_PRIME = re.compile(r"\^\s*(?:\{\s*\\prime\s*\}|\\prime(?![a-z]))")
_SYSTEM = re.compile(r"\\left\s*\\\{\s*(?=\\begin)|\\right\s*\.")
_ROW_SPACE = re.compile(r"\\\\\s*\[\d*\.?\d*\s*(?:pt|em|ex|mm|cm)\]|\\cr(?![a-z])")
_BLACKBOARD = re.compile(r"\\(?:mathbb|Bbb)\s*\{?\s*([RZNQC])\s*\}?")
_UNION_LETTER = re.compile(r"(?<=[\])\[])\s*(?:U|\\text\{\s*U\s*\})\s*(?=[\[(\]])")
_OPEN_ENDS = re.compile(r"(?P<left>[\[\]])(?P<inner>[^\[\](),]+,[^\[\](),]+)(?P<right>[\[\]])")
_DECLARED = re.compile(r"(?<=.)\\?\s*\(\s*(\\?[A-Za-z]+)\s*\\in\s*(\\mathbb\{[RZNQC]\})[^()]*\)\s*\.?$")
_MAPPED = re.compile(r"([a-zA-Z])\s*:\s*([a-z])\s*\\mapsto|\b[a-z]\s*\\mapsto")
_UNIT_FRACTION = re.compile(
    r"\\frac\s*\{\s*\\text\{([a-zA-Z. ]+)\}\s*\}\s*\{\s*\\text\{([a-zA-Z. ]+)\}\s*(\^\s*\{?\d\}?)?\s*\}"
)
_UNIT_PRODUCT = re.compile(r"\\text\{([a-zA-Z]+)\}\s*\\cdot\s*\\text\{([a-zA-Z]+)\}\s*\^\s*\{?-(\d)\}?")
_COLOUR = re.compile(r"\\(?:text)?color\s*\{[^{}]*\}")
_UNDERLINED = re.compile(r"\\(?:underline|uline|mathring)(?![a-zA-Z])")
_FONT = re.compile(r"\{\s*\\(?:rm|bf|it|sf|tt|cal)(?![a-zA-Z])\s*([^{}]*)\}")
_LONE = re.compile(r"\{\s*(?:\\[,;:! ]|([-+.:]))?\s*\}(?=.)")
_TEXT_STOP = re.compile(r"\\text\{\s*[.,;]?\s*\}\s*$")
_SLANTED = re.compile(r"(?:\{\s*\})?\^\{?(\d+)\}?\s*(?:\\!)?\s*/\s*(?:\\!)?\s*_\{?(\d+)\}?")
_ORDINAL_RAISED = re.compile(r"(?<=\d)\s*\^\s*\{?\s*(?:\\(?:text|mathrm)\s*\{\s*)?(?:st|nd|rd|th)\b\s*\}?\s*\}?")
_DEGREE_RAISED = re.compile(
    r"\^\s*(?:o\b|\{\s*o\s*\}|\\(?:text|mathrm)\s*\{\s*o\s*\}|\{\s*\\(?:text|mathrm)\s*\{\s*o\s*\}\s*\})"
)
_TEMPERATURE = re.compile(
    r"\^\s*\{?\s*\\circ\s*\}?\s*(?:\\(?:text|mathrm)\s*\{\s*)?([CF])(?![a-zA-Z])\s*\}?|\^\s*\{?\s*\\circ\s*\}?\s*\\text\{\s*(celsius|fahrenheit)\s*\}",
    re.IGNORECASE,
)
_ARC = re.compile(r"(?<!\d)(\d++)\s*\^\s*\{?\s*\\circ\s*\}?\s*(\d+)\s*(?:'|\^\s*\{?\s*\\prime\s*\}?)(?!\s*')")
_HALF_OF_DAY = re.compile(r"(?<=[\d\s{])([ap])\.?\s?m\b\.?", re.IGNORECASE)
_DOTTED = re.compile(r"(?:\\dot\s*\{?\s*(\d)\s*\}?)((?:\d*\\dot\s*\{?\s*\d\s*\}?)*)")
_ENDLESS = re.compile(r"(?<![\d.])(\d*+\.\d*?)(\d{1,6}?)\2{2,}\d*\s*(?:\\ldots|\.\.\.+|…)")
_EMPHASIS = re.compile(r"\*\*(?=\S)([^*]*)\*\*|__(?=\S)([^_]*)__")
_WHITE = re.compile(r"\s+")
_ORDINAL = re.compile(r"(?<=\d)(?:st|nd|rd|th)(?![a-zA-Z])")
_LOOSE = re.compile(r"(?<![A-Za-z0-9.]) | (?![A-Za-z0-9.])|(?<=[0-9]) (?=[A-Za-z])|(?<=[A-Za-z]) (?=[0-9])")
_LETTERLIKE = re.compile(r"[\ufe50-\ufe6f\U0001d400-\U0001d7ff]")
_COMPOSED = re.compile(r"[\uff00-\uffef\u2070-\u209f\U0001d400-\U0001d7ff]")
_ASCII_OPERATORS = (
    ("<=", r"\le "),
    (">=", r"\ge "),
    ("!=", r"\ne "),
    ("=<", r"\le "),
    ("==", "="),
    ("...", r"\ldots "),
)


def plain(text: str) -> str:
    """Return the text in the small LaTeX that the parser reads."""
    text = text.replace(_DOLLAR, "\ufffd")
    if not text.isascii():
        text = _ascii(text)
    if "..." in text or r"dots" in text:
        text = _ENDLESS.sub(r"\1\\overline{\2}", text)
    if "m" in text or "M" in text:
        text = _HALF_OF_DAY.sub(r" \\text{ \1m}", text)
    if "\\" in text or "^" in text or "{" in text:
        text = _undressed(text)
    text = _commanded(text) if "\\" in text else _BRACED_COMMA.sub("", text.replace("$", " ").replace("~", " "))
    if "*" in text or "__" in text:
        text = _EMPHASIS.sub(r"\1\2", text)
    text = _ORDINAL.sub("", text)
    for written, read in _ASCII_OPERATORS:
        text = text.replace(written, read)
    text = _trimmed(text)
    if "[" in text or "]" in text or "U" in text:
        text = _OPEN_ENDS.sub(_closed_ends, _UNION_LETTER.sub(r" \\cup ", text))
    if r"\in" in text:
        text = _DECLARED.sub(r", \1 \\in \2", text)
    return _priced(text) if _DOLLAR in text else text


def canonical(plain_text: str) -> str:
    """Return a plain text with no space that says nothing: what is equal here is equal to the letter."""
    return _LOOSE.sub("", _WHITE.sub(" ", plain_text)).strip()


def _commanded(text: str) -> str:
    """Return a LaTeX text without delimiters and spacing, and with one name for each command."""
    text = _DOUBLED.sub(r"\\", text).replace(r"\$", _DOLLAR)
    text = _DELIMITERS.sub(" ", _SPACED_GROUP.sub("", text))
    text = _THIN.sub("", _NOISE.sub(" ", text))
    text = text.replace(r"\%", "%").replace(r"\#", " ").replace(r"\&", " and ")
    return _COMMAND.sub(_renamed, _FRACTIONS.sub(r"\\frac", _SPACES.sub(" ", text)))


def _undressed(text: str) -> str:
    """Return a text without colours, fonts and lone braces, and with raised signs as the signs they are."""
    text = _COLOUR.sub("", _UNDERLINED.sub("", text))
    text = _ROW_SPACE.sub(r"\\\\ ", _SYSTEM.sub("", text))
    text = _BLACKBOARD.sub(r"\\mathbb{\1}", text).replace(r"\forall", " ").replace(":=", "=")
    text = _BOLD.sub(r" \1", text)
    text = _UNIT_FRACTION.sub(r"\\text{ \1/\2}\3", _UNIT_PRODUCT.sub(r"\\text{\1/\2^\3}", _romanised(text)))
    text = _MAPPED.sub(lambda match: f"{match[1]}({match[2]}) = " if match[1] else "", text)
    text = _FONT.sub(r"\\text{\1}", text)
    text = _TEXT_STOP.sub("", text)
    text = _SLANTED.sub(r"\\frac{\1}{\2}", text)
    text = _LONE.sub(lambda match: match[1] or "", text)
    text = _ORDINAL_RAISED.sub("", text)
    text = _DEGREE_RAISED.sub(r"^{\\circ}", text)
    text = _TEMPERATURE.sub(_temperature, text)
    text = _ARC.sub(lambda match: rf"({match[1]}+\frac{{{match[2]}}}{{60}})^{{\circ}}", text)
    return _DOTTED.sub(_dotted, _PRIME.sub("'", text))


def _romanised(text: str) -> str:
    r"""Return units in `\mathrm` as units in `\text`, so that both are read alike."""
    return text.replace(r"\mathrm{", r"\text{") if r"\mathrm{" in text else text


def _temperature(match: re.Match[str]) -> str:
    name = (match[1] or match[2]).lower()
    return r"\text{ celsius}" if name.startswith("c") else r"\text{ fahrenheit}"


def _dotted(match: re.Match[str]) -> str:
    r"""Return `\dot{1}4\dot{2}`, a period from dot to dot, as `\overline{142}`."""
    return rf"\overline{{{re.sub(r'[^0-9]', '', match[0])}}}"


def _closed_ends(match: re.Match[str]) -> str:
    """Return `]a, b[`, an interval without its ends, as `(a, b)`."""
    left = "[" if match["left"] == "[" else "("
    right = "]" if match["right"] == "]" else ")"
    return f"{left}{match['inner']}{right}"


def _priced(text: str) -> str:
    """Return a price as a number of dollars; elsewhere a dollar sign says nothing."""
    price = _PRICE.fullmatch(text)
    return rf"{price[1]}{price[2]} \text{{ dollars}}" if price else text.replace(_DOLLAR, "")


def _trimmed(text: str) -> str:
    """Return the text without the signs around an answer that are the sentence's: `= 5.` is `5`."""
    text = text.strip()
    start = len(text) - len(text.lstrip(" \t\n=.,;:"))
    text = text[start - (start > 0 and text[start - 1] == ".") :]
    text = text.rstrip(" \t\n.,;:")
    text = text.removeprefix(r"\approx").lstrip() if text.startswith(r"\approx") else text
    if text[:1] in _QUOTES and text[-1:] == text[:1]:
        text = text[1:-1]
    return text[:-1].rstrip(" .\\") if text.endswith("\\") else text


def _renamed(match: re.Match[str]) -> str:
    name = _NAMES.get(match[1])
    if name is None:
        return match[0]
    return f"\\{name} " if name.isalpha() else f"{name} " if name else ""


def _ascii(text: str) -> str:
    """Return the text with its mathematical Unicode in LaTeX, and any script's digits as 0 to 9."""
    text = _VULGAR.sub(_vulgar, text)
    text = _LETTERLIKE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    text = _SUPERSCRIPT.sub(lambda match: f"^{{{match[0].translate(_SUPERSCRIPTS)}}}", text)
    text = _SUBSCRIPT.sub(lambda match: f"_{{{match[0].translate(_SUBSCRIPTS)}}}", text)
    text = text.translate(_TABLE)
    text = _COMPOSED.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return "".join(_digit(char) for char in text)


def _vulgar(match: re.Match[str]) -> str:
    numerator, _, denominator = unicodedata.normalize("NFKC", match[0]).partition("⁄")
    return rf"\frac{{{numerator}}}{{{denominator}}}"


def _digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if not char.isascii() and char.isdecimal() else char
