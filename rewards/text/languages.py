# ruff: noqa: RUF001 - letters and signs as languages write them
"""Which language each word of a text is in: by its script, and among languages of one script by what tells them.

Languages of the Latin script are told by their commonest words. A text is read as stretches of one language each, such
that few words are of another language than their stretch, and few stretches are needed: a name or a borrowed word
changes nothing, a sentence does.
"""

from collections import Counter
from dataclasses import dataclass, field

import regex

from rewards.text.language_words import (
    ENGLISH_ENDINGS,
    FRENCH_ELISIONS,
    ITALIAN_ELISIONS,
    LATIN,
    LETTERS,
    SYMBOLS,
    WANTED_LATIN,
    WORDS,
)

SCRIPTS = {"ru": "cyrillic", "ar": "arabic", "hi": "devanagari", "th": "thai", "el": "greek", "he": "hebrew"}
"""The languages that are told by their script, but for what `_FOREIGN_LETTERS` and their like tell."""
LANGUAGES = (*WANTED_LATIN, *SCRIPTS, "ko", "ja", "zh")
"""Every language that can be told, by its ISO 639-1 code."""

_TOKEN = regex.compile(
    r"""(?P<latin>\p{Latin}[\p{Latin}\p{M}]*+(?:['’]\p{Latin}[\p{Latin}\p{M}]*+)*+)
    |(?P<han>\p{Han}++)
    |(?P<kana>[\p{Hiragana}\p{Katakana}ー]++)
    |(?P<hangul>\p{Hangul}++)
    |(?P<cyrillic>\p{Cyrillic}[\p{Cyrillic}\p{M}]*+)
    |(?P<arabic>(?:(?=\p{L})\p{Arabic})[\p{M}\p{Arabic}--\p{N}--\p{P}]*+)
    |(?P<devanagari>(?:(?=\p{L})\p{Devanagari})[\p{M}\p{Devanagari}\u200c\u200d--\p{N}--\p{P}]*+)
    |(?P<thai>(?:(?=\p{L})\p{Thai})[\p{M}\p{Thai}--\p{N}--\p{P}]*+)
    |(?P<greek>\p{Greek}[\p{Greek}\p{M}]*+)
    |(?P<hebrew>\p{Hebrew}[\p{Hebrew}\p{M}'"׳״]*+)
    |(?P<unknown>\p{L}[\p{L}\p{M}]*+)
    |(?P<end>[.!?。！？।؟\n:;]++)""",
    regex.VERBOSE | regex.VERSION1,
)
_CHARS_A_WORD = {"han": 2, "kana": 2, "thai": 4}
"""How many characters make a word, in scripts that put no spaces between words."""
_FOREIGN_LETTERS = {
    "cyrillic": frozenset("іїєґўјљњћђџѓќәғқңөұүһҳҷ"),
    "arabic": frozenset("پچژگڈٹڑےںھکی"),
}
"""Letters of a script that the language told by it has not."""
_COMMON_FOREIGN = "че ще със към това са които който която съм як що це або але від чи"
_FOREIGN_WORDS = frozenset(_COMMON_FOREIGN.split())
"""Words in Cyrillic letters that are common in other languages than Russian."""
_FOREIGN_SPELLING = regex.compile("ъ(?![еёюя])")
"""How Bulgarian is spelt, and Russian never."""
_OWN_LETTERS = frozenset("ыэё")
"""Letters that no other language in Cyrillic letters writes as often as Russian."""
_FOREIGN_SHARE = 0.1
"""How much of a sentence is foreign letters and words, at least, where the sentence is."""
_KANA_SHARE = 0.1
"""How much of a Japanese sentence in Han characters and kana is kana, at least."""
_CHINESE = frozenset("这們们么个为说让给从吧呢你她它")
"""Characters that Japanese sentences do not hold, or hardly ever without kana."""

_FEW_HAN = 8
"""Characters up to which a sentence without kana may be Japanese too."""
_ABBREVIATION = 5
"""Capitals up to which a word in a text of another script is an abbreviation."""

_SWITCH = 3.0
_SWITCH_BETWEEN_SENTENCES = 1.25
_UNKNOWN = 0.1
"""What a word of no list speaks against the language wanted; a word in a list speaks 1 for its languages."""
_OTHER = len(LATIN)


@dataclass(frozen=True, slots=True)
class Token:
    """A word, or a run of characters in a script without spaces."""

    text: str
    script: str
    weight: float
    """In words."""
    sentence: int


@dataclass(slots=True)
class Shares:
    """How many words of a text are of which language or, where that is not known, script."""

    words: dict[str, float] = field(default_factory=dict)
    told: float = 0.0
    """Words that speak for the wanted language by themselves, and not only by where they stand."""
    longest_switch: float = 0.0
    """Words in the longest stretch without a word of the wanted language."""

    @property
    def total(self) -> float:
        """All words that were counted."""
        return sum(self.words.values())


def shares(text: str, wanted: str) -> Shares:
    """Return how many words of a prose are of which language.

    Args:
        text: The prose.
        wanted: A code of `LANGUAGES`. What could be of this language and of others counts as this one.
    """
    tokens = [token for token in _tokens(text) if not _is_symbol(token, wanted)]
    latin = iter(_latin_languages(tokens, wanted))
    han = _han_languages(tokens, wanted)
    foreign = _foreign_sentences(tokens)
    found = Shares()
    run = 0.0
    for token in tokens:
        if token.script == "latin":
            language = next(latin)
        elif token.script in {"han", "kana"}:
            language = han[token.sentence]
        else:
            language = token.script if (token.script, token.sentence) in foreign else _by_script(token)
        if not language:
            continue
        found.words[language] = found.words.get(language, 0.0) + token.weight
        if language == wanted and (token.script != "latin" or LATIN.index(wanted) in _hits(token.text)):
            found.told += token.weight
        run = 0.0 if language == wanted else run + token.weight
        found.longest_switch = max(found.longest_switch, run)
    return found


def language_of(text: str) -> str | None:
    """Return the language that most of a prose is in, or None where no word tells or it is none of `LANGUAGES`."""
    tokens = _tokens(text)
    spoken = (place for token in tokens if _is_latin_word(token) for place in _hits(token.text))
    likely = Counter(place for place in spoken if place < _OTHER).most_common(2)
    wanted = LATIN[likely[0][0]] if likely else LATIN[0]
    words = shares(text, wanted).words
    if not words:
        return None
    language = max(words, key=lambda each: words[each])
    if language not in LANGUAGES or words[language] * 2 < sum(words.values()):
        return None
    unsure = not likely or (len(likely) > 1 and likely[0][1] == likely[1][1])
    return None if language in WANTED_LATIN and unsure else language


def _is_latin_word(token: Token) -> bool:
    return token.script == "latin" and len(token.text) > 1


def _tokens(text: str) -> list[Token]:
    tokens = []
    sentence = 0
    for match in _TOKEN.finditer(text):
        script = str(match.lastgroup)
        if script == "end":
            sentence += 1
            continue
        word = match[0]
        tokens.append(
            Token(word, script, len(word) / _CHARS_A_WORD[script] if script in _CHARS_A_WORD else 1.0, sentence)
        )
    return tokens


def _is_symbol(token: Token, wanted: str) -> bool:
    """Return whether a token is a name in a formula and no word: a letter, a function, a unit, an abbreviation."""
    if token.script in {"latin", "greek", "cyrillic", "hebrew", "unknown"} and len(token.text) == 1:
        return token.text.isascii() or SCRIPTS.get(wanted) != token.script
    if token.script != "latin":
        return False
    return token.text.lower() in SYMBOLS or (
        wanted not in LATIN and token.text.isupper() and len(token.text) <= _ABBREVIATION
    )


def _by_script(token: Token) -> str:
    if token.script == "hangul":
        return "ko"
    return next((code for code, script in SCRIPTS.items() if script == token.script), token.script)


def _foreign_sentences(tokens: list[Token]) -> set[tuple[str, int]]:
    """Return the scripts and sentences that are not of the language told by the script."""
    words: Counter[tuple[str, int]] = Counter()
    foreign: Counter[tuple[str, int]] = Counter()
    for token in tokens:
        letters = _FOREIGN_LETTERS.get(token.script)
        if letters is not None:
            word = token.text.lower()
            place = token.script, token.sentence
            words[place] += 1
            foreign[place] += (
                not letters.isdisjoint(word) or word in _FOREIGN_WORDS or _FOREIGN_SPELLING.search(word) is not None
            )
            foreign[place] -= not _OWN_LETTERS.isdisjoint(word)
    return {place for place, count in foreign.items() if count >= _FOREIGN_SHARE * words[place] and count > 0}


def _han_languages(tokens: list[Token], wanted: str) -> dict[int, str]:
    """Return, for each sentence with Han characters or kana, whether it is Chinese or Japanese, or "" for either."""
    han: Counter[int] = Counter()
    kana: Counter[int] = Counter()
    chinese: set[int] = set()
    for token in tokens:
        if token.script == "han":
            han[token.sentence] += len(token.text)
            if not _CHINESE.isdisjoint(token.text):
                chinese.add(token.sentence)
        elif token.script == "kana":
            kana[token.sentence] += len(token.text)
    found = {}
    for sentence in han.keys() | kana.keys():
        both = han[sentence] + kana[sentence]
        if kana[sentence] >= _KANA_SHARE * both:
            found[sentence] = "ja"
        elif wanted == "ja" and sentence not in chinese and both <= _FEW_HAN:
            found[sentence] = ""
        else:
            found[sentence] = "zh"
    return found


def _hits(word: str) -> tuple[int, ...]:
    """Return the languages that a word speaks for; `_OTHER` alone where its letters are of none."""
    word = word.lower().replace("\u2019", "'")
    if word in WORDS:
        return WORDS[word]
    if "'" in word:
        head, _, tail = word.partition("'")
        if tail in ENGLISH_ENDINGS:
            return (LATIN.index("en"),)
        elided = (("fr", head in FRENCH_ELISIONS), ("it", head in ITALIAN_ELISIONS))
        return tuple(LATIN.index(code) for code, is_elided in elided if is_elided)
    if word.isascii():
        return ()
    letters = {letter for letter in word if not letter.isascii()}
    return tuple(place for place, own in enumerate(LETTERS) if letters <= own) or (_OTHER,)


def _latin_languages(tokens: list[Token], wanted: str) -> list[str]:
    """Return the language of each word in the Latin script; "latin" where it is none that is known.

    Of all ways to cut the words into stretches, the one with the most hits, less what the cuts cost.
    """
    words = [token for token in tokens if token.script == "latin"]
    states = _OTHER + 1
    home = LATIN.index(wanted) if wanted in LATIN else _OTHER
    scores = [-_SWITCH_BETWEEN_SENTENCES] * states
    scores[home] = 0.0
    trail: list[tuple[int, int]] = []  # for each word, where a stretch before it would have ended, and which began here
    sentence = words[0].sentence if words else 0
    for token in words:
        cost = _SWITCH if token.sentence == sentence else _SWITCH_BETWEEN_SENTENCES
        sentence = token.sentence
        top = max(scores)
        best = home if scores[home] == top else scores.index(top)
        begun = 0
        floor = top - cost
        for state, value in enumerate(scores):
            if value < floor:
                scores[state] = floor
                begun |= 1 << state
        trail.append((best, begun))
        hits = _hits(token.text)
        for state in hits:
            scores[state] += 1.0
        if not hits:
            scores[home] -= _UNKNOWN
    scores = [value - _SWITCH_BETWEEN_SENTENCES * (state != home) for state, value in enumerate(scores)]
    top = max(scores)
    state = home if scores[home] == top else scores.index(top)
    found = []
    for best, begun in reversed(trail):
        found.append(LATIN[state] if state < _OTHER else "latin")
        if begun >> state & 1:
            state = best
    return found[::-1]
