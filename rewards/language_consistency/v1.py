"""The share of a completion's words that are in the language wanted."""

from typing import Literal

from pydantic import Field

from rewards.declare import reward
from rewards.errors import NotApplicable
from rewards.text.attempt import Refusal, refusal
from rewards.text.languages import Shares, language_of, shares
from rewards.text.prose import Part, part_of, prose
from rewards.types import Detail, Frozen, NoReference, Sample, Score

Latin = Literal["de", "en", "es", "fr", "id", "it", "nl", "pl", "pt", "tr", "vi"]
Other = Literal["ar", "el", "he", "hi", "ja", "ko", "ru", "th", "zh"]
Wanted = Literal["prompt", Latin, Other]

_NEUTRAL = 0.5
_FEW_WORDS = 6
_SOME_WORDS = 30
_FEW_TOLD = 2


class Params(Frozen):
    """Which language is wanted, and where."""

    language: Wanted = Field(
        default="prompt",
        description="The language wanted, by its ISO 639-1 code, or `prompt` for the one that most of the prompt has.",
    )
    part: Part = Field(
        default="all",
        description="What is looked at: all of it; `reasoning`, up to the last `</think>` or its like, or before the "
        "first `<answer>` or `<SOLUTION>`; or `answer`, what is behind that. Without such tags it is all of it.",
    )


@reward(range=(0.0, 1.0))
def score(sample: Sample[NoReference], params: Params) -> Score:
    """All words of the completion are in the language wanted.

    The value is the share of words that are: **1.0** where all are (`consistent`), **0.0** where none is
    (`other_language`), the share itself between (`mixed`). **0.5**, which says neither, is for a text too short to
    tell, with less than six words, or less than 30 with hardly any that is known (`too_short`). `details` have the
    language, the words counted, the other language that is there most, and the length of the longest stretch in others.

    A text that attempts nothing, such as an empty one, an echo of the prompt or a list of keywords, is **0.0**, and so
    is one whose part to look at attempts nothing; the reason is that of the rule that recognised it. With `language:
    prompt`, a sample without a prompt, or with one whose language cannot be told, is a failure, `not_applicable`.

    **What is counted**: prose. Code in fences or backquotes, formulas, LaTeX commands, links, tags, digits, single
    letters as variables, names of functions and units are left out, so that a solution in symbols costs nothing. A
    formula with words in it is read. In scripts without spaces, two characters of Chinese or Japanese are one word, and
    four of Thai.

    **How a language is told**: by its script; Japanese from Chinese by the kana in a sentence; Persian and Urdu from
    Arabic, and Ukrainian, Serbian and Bulgarian from Russian, by letters and words; those in Latin letters by their
    commonest words and their accents. A text in Latin letters is cut into stretches of one language each, such that a
    name or a borrowed word is none, but a sentence of six words or more mostly is. Words of a stretch that no known
    language explains, such as babble, are in no language. Letters of other scripts count word by word.

    Known ways to game it: what stands in a fence, in backquotes or in a formula of single words is not read. A text of
    five words earns 0.5. A switch of a few words within one alphabet is not seen, and neither is Marathi in place of
    Hindi or Malay in place of Indonesian. A text that breaks off in its second sentence is paid like a whole one.
    A list of the words of reasoning is known in English only, and a bare opening in English and a few others.
    Whether the text says anything is for others to judge.

    Source: written for this service. The idea is the language consistency reward of "DeepSeek-R1: Incentivizing
    Reasoning Capability in LLMs via Reinforcement Learning", arXiv 2501.12948, which names no way to tell.
    """
    wanted = _wanted(sample.prompt, params)
    looked_at = part_of(sample.completion, params.part)
    if refused := _refused(sample, looked_at):
        return Score(0.0, refused.reason, refused.explanation)
    found = shares(prose(looked_at), wanted)
    details = _details(found, wanted)
    if _is_too_short(found, wanted):
        return Score(_NEUTRAL, "too_short", "There are too few words to tell their language.", details)
    value = found.words.get(wanted, 0.0) / found.total
    if value == 1.0:
        return Score(1.0, "consistent", "All words are in the language wanted.", details)
    if value == 0.0:
        return Score(0.0, "other_language", "No word is in the language wanted.", details)
    return Score(value, "mixed", f"{value:.0%} of the words are in the language wanted.", details)


def _wanted(prompt: str | None, params: Params) -> str:
    """Return the code of the language wanted."""
    if params.language != "prompt":
        return params.language
    if prompt is None:
        raise NotApplicable("The language of the prompt is wanted, and the sample has no prompt.")
    language = language_of(prose(prompt))
    if language is None:
        raise NotApplicable("The language of the prompt cannot be told; name the language wanted.")
    return language


def _refused(sample: Sample[NoReference], looked_at: str) -> Refusal | None:
    """Return why the completion, or the part of it that is looked at, attempts nothing."""
    if refused := refusal(sample.completion, sample.prompt):
        return refused
    refused = refusal(looked_at, sample.prompt) if looked_at != sample.completion else None
    return None if refused and refused.reason == "cut_off" else refused  # a part may end anywhere


def _is_too_short(found: Shares, wanted: str) -> bool:
    """Return whether the words that were counted cannot tell a language."""
    if found.total < _FEW_WORDS:
        return True
    return wanted in found.words and found.told < _FEW_TOLD and found.total < _SOME_WORDS


def _details(found: Shares, wanted: str) -> dict[str, Detail]:
    others = {language: words for language, words in found.words.items() if language != wanted}
    details: dict[str, Detail] = {"language": wanted, "words": found.total, "longest_switch": found.longest_switch}
    if others:
        details["other"], details["other_words"] = max(others.items(), key=lambda each: each[1])
    return details
