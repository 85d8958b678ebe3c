"""What attempts nothing is told by its kind, and what attempts an answer passes."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewards.text.attempt import refusal

DATA = Path(__file__).parents[3] / "shared" / "data"
PROMPT = "Ada has 14 boxes with 6 pens each and gives 20 pens away. How many pens does she keep? Think step by step."
HONEST = "Ada starts with 14 * 6 = 84 pens. She gives 20 of them away. So 84 - 20 = 64 pens are left.\n#### 64"

REFUSED = {
    "empty": ["", " \n\t", ":", "...", "\u200b", "$$", "\u3164" * 20],
    "tag_stuffing": ["<think></think>", "<think></think><answer></answer>", "<answer>4</answer>" * 9],
    "bare_prefix": [
        "Solution",
        "Thought process:",
        "Let's solve this problem step by step.",
        "Final answer",
        r"\boxed{}",
        "Lösung",
        "解",
        "让我们一步一步地思考这个问题。",
    ],
    "keyword_stuffing": ["wait let me check verify reconsider therefore however", "Wait, check again! " * 4],
    "all_options": ["A B C D", "(A), (B), (C), (D)", "The answer is A, B, C or D.", "\u0410 \u0412 \u0421 D"],
    "answer_spam": [" ".join(rf"\boxed{{{n}}}" for n in range(50)), "\n".join(f"#### {n}" for n in range(9))],
    "endless_repetition": ["a" * 100_000, "I think that it is 5. " * 5_000, "呵" * 300, "abcabd" * 99],
    "prompt_echo": [PROMPT, f"Question: {PROMPT}\n", PROMPT.lower(), f"{PROMPT} {PROMPT}", f"{PROMPT}\n" * 4],
    "lookalikes": [
        HONEST.replace("a", "\u0430").replace("e", "\u0435"),
        "\uff1cthink\uff1eShe has 84 pens.\uff1c/think\uff1e",
        "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in HONEST),
        "".join(c + "\u200b" for c in HONEST),
        "\u1d1b\u029c\u1d07 \u1d00\u0274\ua731\u1d21\u1d07\u0280",
    ],
    "cut_off": [
        "<think>She has 84 pens.",
        "Ada has 84 pens. She gives 20 of them away. After that there was only rem",
        "She keeps 84 - 20 =",
        "She has 84 pens,",
        "她有84支笔\uff0c",
        "Ada has 84 pens. She gives 20 of them away. So she keeps 64 pens of the",
        "- Ada has 84 pens. She gives 20 away.\n- After that there was only rem",
    ],
}

ATTEMPTS = [
    HONEST,
    "64",
    "A",
    "(B)",
    "Paris",
    "∞",
    "x^2 + 1",
    r"\boxed{64}",
    "<think>14 times 6 is 84, less 20 is 64.</think><answer>64</answer>",
    "She keeps 64 pens",
    "Option A fails, B fails, C fails because 3 is odd, and D holds, so the answer is D.",
    "两个数的和是八。所以答案是八。",
    "Пусть x равно числу ручек. Тогда x = 64.",
    "Let Δx = 2 and πr = 3. Then θ + φ = 5.",
    "The answer is A",
    "It is big. It is red.\n\n# Answer\nthe big and very red ball",
    "The answer is one.",
    "US",
    "一",
    "A > C > B > D",
    "C++",
    "The blood type is O-",
    "See https://example.com/a/",
    "It is in France. It is Paris. See https://example.com/Paris",
    "| a | b |\n|---|---|\n| 1 | 2 |",
    "It is 64. It is done.\n\n---",
    "std::vector<int> v;",
    "The treaty was signed by the U.S. and the U.K. in the city of Paris",
    "1. Paris is the capital of France\n2. Berlin is the capital of Germany",
    "There are two reasons. They are these.\n\n- bread had become dear by the spring\n- nobody wanted the second car",
    "Ada has 84 pens. She gives 20 of them away. So she keeps 64 pens",
    "Ada tiene 84 bolígrafos. Regala 20. La respuesta es sesenta y cuatro",
    "两个数的和是八。她送出二十。最后答案是八",
    "".join("ACGT"[n * n * n // 7 % 4] for n in range(150)),
]


@pytest.mark.parametrize(("reason", "text"), [(reason, text) for reason, texts in REFUSED.items() for text in texts])
def test_what_attempts_nothing_is_refused_by_its_kind(reason: str, text: str) -> None:
    """Each kind has its reason, so that people see what a model has learnt to write."""
    found = refusal(text, PROMPT)
    assert found is not None
    assert reason == found.reason


@pytest.mark.parametrize("text", ATTEMPTS)
def test_an_attempt_passes_however_short(text: str) -> None:
    """The gate says nothing of how good an attempt is."""
    assert refusal(text, PROMPT) is None


def test_an_echo_needs_a_prompt_to_be_told_by() -> None:
    """Without the prompt the same text is an attempt."""
    assert refusal(PROMPT) is None


@given(st.text(), st.text())
def test_any_text_is_read(text: str, prompt: str) -> None:
    """Never an exception, and never a reason without words for it."""
    found = refusal(text, prompt)
    assert found is None or (found.reason and found.explanation)


@pytest.mark.skipif(not DATA.exists(), reason="shared/data is not here")
def test_human_and_model_solutions_pass() -> None:
    """At most one in two hundred honest solutions is refused, of people and of models."""
    rows = [json.loads(line) for line in (DATA / "gsm8k/train.jsonl").read_text(encoding="utf-8").splitlines()]
    batch = [
        json.loads(line) for line in (DATA / "grpo_batch/math_100x8.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    honest = [(row["answer"], row["question"]) for row in rows[::5]]
    sampled = [(text, row["question"]) for row in batch for text in row["completions"]]
    for texts in (honest, sampled):
        refused = [text for text, prompt in texts if refusal(text, prompt)]
        assert len(refused) <= len(texts) / 200
