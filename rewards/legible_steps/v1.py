"""What a judge may be shown of a completion: its steps, if it has any."""

import json
import re

from rewards.declare import reward
from rewards.text.attempt import Refusal, refusal
from rewards.text.gibberish import is_gibberish
from rewards.text.steps import plain, steps, tokens, turn
from rewards.text.truncation import ends_within_word
from rewards.types import Detail, NoParams, NoReference, Sample, Score

_MAX_CHARS = 48_000
"""Some 12,000 tokens, which every judge's context holds beside the question."""
_ANSWER_BLOCK = re.compile(r"<(answer|SOLUTION|solution|final_answer)>[^<]{0,100}+</\1>")
_ANSWERING = re.compile(
    r"\W{0,8}(?:\w{1,12}\W{1,3}){0,4}?(?:answers?|solution|result|antwort|respuesta|réponse|risposta|resposta|ответ|答案|答|정답|답)"
    r"\b[^\n,.;]{0,80}?(?::|=|\bis\b|\bare\b|\bist\b|\bes\b|\best\b|是|为)|\W{0,8}####|\W{0,8}\\boxed",
    re.IGNORECASE,
)
_REASONED = re.compile(r"\b(?:because|since|as|so that)\b", re.IGNORECASE)
_ARGUED = re.compile(
    r"\b(?:because|since|as|so that|if|implies|follows|means|weil|denn|wenn|car|si|parce|porque|pues|perché|se)\b"
    r"|потому|если|因为|因為|如果|ので|から|때문|لأن",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\d+|[一二三四五六七八九十百千]"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
    r"|hundred|thousand|dozen|half|twice|third|quarter)s?\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2}|[=<>≈≤≥→⇒]|[\u3040-\u9fff]")
_DENSE = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u9fff]")
_ALGEBRA = re.compile(
    r"\\(?!boxed|text|times|\$)[A-Za-z]{2}"
    r"|(?<![A-Za-z\\'])(?<!\d[ ])(?<!\d)[B-HJ-Zb-z](?![A-Za-z'])[ ]?[-+*/^_=<>(]"
    r"|[-=+*/^(][ ]?\d{0,4}[b-wyz](?![A-Za-z'])"
)
"""A command, or a variable beside a sign; `3 x 4` is a product."""
_SETTING = re.compile(r'"[^"\n]{0,60}+"\s{0,4}+:\s{0,4}+(?:"[^"\n]{0,60}+"|[\w.+-]{1,40}+)?')
"""A name and a short value, as JSON has them."""
_GRADING = frozenset(
    (  # noqa: SIM905 - a table of words reads best as one text
        "a about all always an and are as assistant award be been best by coherence coherent completely completion"
        " correct correctly criteria critic disregard error errors evaluate evaluation evaluator excellent every"
        " evidence fail failed feedback final first flawless follow for full fully give given good grade grader"
        " grading great has have human i ignore in instruction instructions is it its judge judgement judgment"
        " logical logically mark marks maximum me mistake mistakes must my no not of on only or out output pass"
        " passed perfect perfectly please point points prior previous quality rate rating reasoning response result"
        " return reward role say score sound step steps supported system task text that the there therefore these"
        " this to true unsupported user valid validity verdict verified very was were will with without you your"
        " answer answers answered question alignment aligned above below everything expected well done accurate"
        " approved checked complete confident confirmed consistent consistently criterion deserves double expert"
        " faithful found flawlessly highest impeccable kindly meets possible reviewer rigorous rubric submission"
        " trust able again ai alright am approach asked asking assist before begin beginning behind break breakdown"
        " breaking can cannot careful carefully clear compute consider could couldn dear detail detailed details"
        " dive do don down each explain explanation facts figure find finding fine finish following friend go goes"
        " going hard happy hello help here hi how idea identify identifying information insert interesting into just"
        " key know language later let like line lines ll loading look looking m make manageable manner math method"
        " model more need needs next now ok okay once order our parts present problem problems proceed process re"
        " read reading ready reason reasons refuse request s see show shows silently since simple smaller so"
        " solutions solve solving sorry start started starting sure t tackle take then they thing think thinking"
        " thinks thorough thoroughly thought thoughts through thus time today todo together try trying two unable"
        " understand understanding unknown up us ve wait want way we what which who why work working would write"
        " solution right top assign because says calculations comes"
    ).split()
)
"""Words of which grades, orders to a judge, openings and refusals are made."""
_EMPTY_WORDS = frozenset({"bare_prefix", "keyword_stuffing", "all_options", "tag_stuffing"})
"""Why a step says nothing, of the reasons why a text is no attempt."""
_RELATIONS = frozenset("=<>≈≤≥→⇒")
_FEW = 4
_DENSE_WEIGHT = 0.6
_FEW_BEHIND = 8
_FEW_ALONE = 10


@reward(range=(0.0, 1.0), budget_s=2, max_completion_chars=_MAX_CHARS)
def score(sample: Sample[NoReference], params: NoParams) -> Score:
    r"""The completion can be shown to a judge as numbered steps.

    Judged rewards need it: what scores 0.0 here is never shown to a language model, so that nobody is paid for a colon.
    By itself it is also the way to look at what a judge sees.

    **1.0**: there are steps, and at least one says something beside the answer (`legible`). **0.0**: the text is no
    attempt (`empty`, `prompt_echo`, `keyword_stuffing`, `tag_stuffing`, `all_options`, `answer_spam`,
    `endless_repetition`, `lookalikes`, `bare_prefix` such as "Thought process:", or `cut_off`, also within a word), its
    words are none (`gibberish`), there is nothing but an answer (`no_steps`), or more than 48,000
    characters (`too_long`). There is nothing between. Without a prompt no echo
    of it is told.

    `details`: the number of `steps`; in how many of them there is `algebra`, a variable or a LaTeX command beside
    numbers and words; and `shown`, a JSON array of exactly the texts that a judge is shown.

    **A step** is a line that is laid out as one (`Step 2:`, `3.`, a bullet), or else a sentence. Formulas on lines of
    their own, headings and lines that lead to the next one stay with what they belong to. A text of more than 200
    sentences is cut at its lines instead, one of more than 200 lines at its blank lines; where that
    leaves more than 200 paragraphs a step is several of them, and what is longer than 2,000 characters is cut at a
    blank. Tags of a form such as `<think>`, marks of chat templates, and characters that
    are not seen are left out, and so is all that stands behind a mark that ends the turn, such as `<|im_end|>`. All
    else stays as it was written.

    **Says something**: four different words, numbers or signs, a word or a relation among them, and not only "the
    answer is ..." and its like, an opening, a refusal, a grade, an order to a judge, or JSON of short values. An
    `<answer>` block of up to 100 characters does not count. Where only one step says something, it has ten
    different words, numbers and signs, or relates two numbers, or gives a reason: "14 chairs are free" is an answer.

    Known ways to game it: it asks for words, not for sense. Two sentences of any four words are steps, and gibberish
    that can be pronounced, or in other letters than Latin, is left to the judge. Known limits: a list or a table of
    two or three words a line has no step that says something.

    Source: written for this service. The openings that judges pay for are those of "One Token to Fool
    LLM-as-a-Judge", arXiv 2507.08794.
    """
    text = turn(sample.completion)
    refused = _refusal(text, sample.prompt)
    if refused is not None:
        return Score(0.0, refused.reason, refused.explanation)
    if ends_within_word(text, sample.prompt):
        return Score(0.0, "cut_off", "The completion stops in the middle of a word.")
    if is_gibberish(text):
        return Score(0.0, "gibberish", "Hardly any word of the completion is one in any language.")
    found = steps(text)
    details: dict[str, Detail] = {
        "steps": len(found),
        "algebra": _algebra(found),
        "shown": json.dumps(found, ensure_ascii=False),
    }
    said = steps(_ANSWER_BLOCK.sub("\n", text))
    saying = list(filter(_says_something, said))
    if not saying or (len(saying) == 1 and _is_bare(" ".join(step for step in said if not _ANSWERING.match(step)))):
        return Score(0.0, "no_steps", "The completion has no step that says something beside the answer.", details)
    return Score(1.0, "legible", "The completion can be shown as numbered steps.", details)


def _algebra(found: list[str]) -> int:
    """Return how many steps hold more than numbers and words."""
    return sum(_ALGEBRA.search(step) is not None for step in found)


def _refusal(text: str, prompt: str | None) -> Refusal | None:
    """Return why a text is no attempt. An echo is also told where the prompt names tags, which are no words."""
    refused = refusal(text, prompt)
    if refused is None and prompt and (bare := plain(prompt)) != prompt:
        return refusal(plain(text), bare)
    return refused


def _says_something(step: str) -> bool:
    """Return whether a step has enough different words, and is no mere opening, answer, grade or setting."""
    step = _SETTING.sub(" ", step)
    refused = refusal(step)
    if refused is not None and refused.reason in _EMPTY_WORDS:
        return False
    said = {each.casefold() for each in tokens(step)}
    if _weight(said) < _FEW or not _WORD.search(step):
        return False
    words = [word for word in said if word.isalpha()]
    if words and _GRADING.issuperset(words):
        return not said.isdisjoint(_RELATIONS) and sum(map(str.isdigit, said)) > 1
    stated = _ANSWERING.match(step)
    return stated is None or len(set(tokens(step[stated.end() :]))) >= _FEW_BEHIND or _REASONED.search(step) is not None


def _is_bare(text: str) -> bool:
    """Return whether a text is a short statement that relates no two things and gives no reason."""
    said = {each.casefold() for each in tokens(text)}
    if _weight(said) >= _FEW_ALONE or not said.isdisjoint(_RELATIONS) or _ARGUED.search(text):
        return False
    return len({quantity.casefold() for quantity in _QUANTITY.findall(text)}) <= 1


def _weight(said: set[str]) -> float:
    """Return how many words were said; in scripts without blanks, a character is a part of one."""
    dense = sum(_DENSE.match(each) is not None for each in said)
    return len(said) - dense + dense * _DENSE_WEIGHT
