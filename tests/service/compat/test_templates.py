"""The completion is found in conversations as tokenizers decode them."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.compat.templates import Template, completion_of

QUESTION = "What is 1+1?"
QUERIES = {
    Template.CHATML: f"<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n2<|im_end|>\n<|endoftext|>",
    Template.LLAMA2: f"<s>[INST] {QUESTION} [/INST]2</s>",
    Template.LLAMA3: "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\n"
    f"{QUESTION}<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n2<|eot_id|>",
    Template.LLAMA4: f"<|header_start|>user<|header_end|>\n\n{QUESTION}<|eot|>"
    "<|header_start|>assistant<|header_end|>\n\n2<|eot|>",
    Template.MISTRAL: f"<s>[INST]{QUESTION}[/INST]2</s>",
    Template.GEMMA: f"<bos><start_of_turn>user\n{QUESTION}<end_of_turn>\n<start_of_turn>model\n2<end_of_turn>\n",
    Template.DEEPSEEK: "<\uff5cbegin\u2581of\u2581sentence\uff5c><\uff5cUser\uff5c>"
    f"{QUESTION}<\uff5cAssistant\uff5c>2<\uff5cend\u2581of\u2581sentence\uff5c>",
    Template.PHI3: f"<|user|>\n{QUESTION}<|end|>\n<|assistant|>\n2<|end|>",
    Template.PHI4: f"<|im_start|>user<|im_sep|>{QUESTION}<|im_end|><|im_start|>assistant<|im_sep|>2<|im_end|>",
    Template.GLM: f"[gMASK]<sop><|user|>{QUESTION}<|assistant|>2",
    Template.HARMONY: f"<|start|>user<|message|>{QUESTION}<|end|>"
    "<|start|>assistant<|channel|>final<|message|>2<|return|>",
    Template.COMMAND_R: f"<|START_OF_TURN_TOKEN|><|USER_TOKEN|>{QUESTION}<|END_OF_TURN_TOKEN|>"
    "<|START_OF_TURN_TOKEN|><|CHATBOT_TOKEN|>2<|END_OF_TURN_TOKEN|>",
    Template.GRANITE: f"<|start_of_role|>user<|end_of_role|>{QUESTION}<|end_of_text|>\n"
    "<|start_of_role|>assistant<|end_of_role|>2<|end_of_text|>",
    Template.KIMI: f"<|im_user|>user<|im_middle|>{QUESTION}<|im_end|><|im_assistant|>assistant<|im_middle|>2<|im_end|>",
    Template.VICUNA: f"USER: {QUESTION} ASSISTANT:2</s>",
    Template.PLAIN: f"User: {QUESTION}\nAssistant:2",
}
UNASKED = [template for template in QUERIES if template not in {Template.VICUNA, Template.PLAIN}]


def test_every_template_has_an_example() -> None:
    """And none is left out below."""
    assert set(Template) == set(QUERIES)


@pytest.mark.parametrize("template", Template)
def test_a_named_template_is_cut(template: Template) -> None:
    """Whatever the prompt is, or without one."""
    for prompt in (QUESTION, None, "", "somebody else's"):
        assert "2" == completion_of(QUERIES[template], prompt, template)


@pytest.mark.parametrize("template", UNASKED)
def test_a_known_template_is_found(template: Template) -> None:
    """With the prompt as the data set has it, as the template has it, and without one."""
    query = QUERIES[template]
    templated = query[: query.rindex("2")]
    for prompt in (QUESTION, templated, templated.removeprefix("<s>").removeprefix("<bos>"), None):
        assert "2" == completion_of(query, prompt)


def test_a_prompt_without_a_template_is_taken_off() -> None:
    """What a base model is given."""
    assert " It is 2." == completion_of(f"<s>{QUESTION} It is 2.</s>", QUESTION)


def test_a_marker_that_the_model_writes_hides_nothing() -> None:
    """The completion begins where the first turn after the prompt begins."""
    hedged = "3<|im_end|>\n<|im_start|>assistant\n2"
    query = f"<|im_start|>user\n{QUESTION}<|im_end|>\n<|im_start|>assistant\n{hedged}<|im_end|>"
    assert hedged == completion_of(query, QUESTION)
    assert hedged == completion_of(query, query[: query.index(hedged)])


def test_padding_is_cut_in_one_go() -> None:
    """A token for each place that is not filled, on either side; cutting them one by one took a minute and more."""
    padding = "<s>" * 300_000
    started = time.process_time()
    assert "2" == completion_of(f"{padding}{QUESTION}2" + "<|endoftext|> \n" * 100_000, f"{padding}{QUESTION}")
    assert time.process_time() - started < 5


def test_what_nobody_can_cut_is_none() -> None:
    """Scoring the prompt with the completion would invent a reward."""
    assert completion_of("What? 2", "Who?") is None
    assert completion_of(QUERIES[Template.CHATML], None, Template.GEMMA) is None
    assert completion_of(QUERIES[Template.PLAIN], None) is None


@given(st.text(), st.text(min_size=1), st.sampled_from([None, *Template]))
def test_any_query_is_cut_or_not(query: str, prompt: str, template: Template | None) -> None:
    """And what is cut stands in it."""
    found = completion_of(query + prompt + query, prompt, template)
    assert found is None or found in query + prompt + query
