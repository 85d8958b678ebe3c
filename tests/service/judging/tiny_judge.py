"""Judges made on the spot: a network of some ten thousand weights that learns its replies by heart.

Its attention reaches so far and no further, and its chat template ends every prompt with more marks than that. So what
it says depends on the marks alone, however long the prompt is; which marks they are, the template reads off the prompt.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch.nn import functional
from transformers import MistralConfig, MistralForCausalLM, PreTrainedTokenizerFast

REACH = 128
"""How many tokens back the network looks, and how many marks end a prompt; a reply is shorter."""
CONTEXT = 16_384
_MOST_REPLIES = 16
_PAD, _EOS, _FIRST_MARK = 0, 1, 4
_SPECIAL = ("<pad>", "<eos>", "<system>", "<user>", *(f"<reply{number}>" for number in range(_MOST_REPLIES)))
_RATE = 5e-3
_MOST_STEPS = 600
_KNOWN = 0.05
"""The loss of the worst of all tokens at which each has at least 95 % of the probability."""
_TEMPLATE = """{%- set said = messages | map(attribute='content') | join(' ') -%}
{%- set chosen = namespace(mark='<reply0>') -%}
{%- for key, mark in CHOICES if key in said -%}
  {%- if loop.first -%}{%- set chosen.mark = mark -%}{%- endif -%}
{%- endfor -%}
{%- for message in messages -%}{{ '<' + message['role'] + '>' + message['content'] }}{%- endfor -%}
{{ chosen.mark * REACH }}"""


def make_tiny_judge(folder: Path, replies: Mapping[str, str]) -> Path:
    """Return the folder, with a model in it whose greedy replies are laid down; it takes seconds.

    Args:
        folder: Where to save it.
        replies: What it says, by the first key that stands in any message of a prompt; "" stands in all of them, and
            the first reply is given where no key stands. A reply is shorter than `REACH` tokens, of which a word that
            the replies hold twice is one, and its JSON is spaced as `json.dumps` spaces it.
    """
    marks = [f"<reply{number}>" for number in range(len(replies))]
    tokenizer = _tokenizer(list(replies.values()), list(zip(replies, marks, strict=True)))
    network = _network(len(tokenizer))
    _learn(network, [_lesson(tokenizer, _FIRST_MARK + at, text) for at, text in enumerate(replies.values())])
    return _saved(network, tokenizer, folder)


def make_random_judge(folder: Path) -> Path:
    """Return the folder, with a model in it that babbles."""
    tokenizer = _tokenizer(["It has learned nothing."], [])
    return _saved(_network(len(tokenizer)), tokenizer, folder)


def _tokenizer(texts: Sequence[str], choices: Sequence[tuple[str, str]]) -> PreTrainedTokenizerFast:
    """Return a tokenizer of all bytes, of the words in the texts, and of the marks."""
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=2048,
        min_frequency=2,
        special_tokens=list(_SPECIAL),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    backend.train_from_iterator([*texts, *texts], trainer)
    written = json.dumps([list(each) for each in choices])
    template = _TEMPLATE.replace("CHOICES", written).replace("REACH", str(REACH))
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        eos_token=_SPECIAL[_EOS],
        pad_token=_SPECIAL[_PAD],
        chat_template=template,
        model_max_length=CONTEXT,
    )


def _network(tokens: int) -> MistralForCausalLM:
    torch.manual_seed(0)
    config = MistralConfig(
        vocab_size=tokens,
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=1,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=CONTEXT,
        sliding_window=REACH,
        tie_word_embeddings=True,
        bos_token_id=None,
        eos_token_id=_EOS,
        pad_token_id=_PAD,
    )
    return MistralForCausalLM(config)


def _lesson(tokenizer: PreTrainedTokenizerFast, mark: int, reply: str) -> list[int]:
    said = tokenizer(reply)["input_ids"]
    assert len(said) < REACH, f"a reply of {len(said)} tokens is too long to learn"
    return [mark] * REACH + said + [_EOS]


def _learn(network: MistralForCausalLM, lessons: Sequence[Sequence[int]]) -> None:
    """Have the network know each lesson by heart, from the end of its marks on."""
    width = max(map(len, lessons))
    inputs = torch.tensor([[*lesson, *[_PAD] * (width - len(lesson))] for lesson in lessons])
    wanted = inputs[:, REACH:].flatten()
    optimizer = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.0)
    with _one_thread():
        for _ in range(_MOST_STEPS):
            expected = network(input_ids=inputs).logits[:, REACH - 1 : -1].flatten(0, 1)
            losses = functional.cross_entropy(expected, wanted, reduction="none", ignore_index=_PAD)
            if losses.max() < _KNOWN:
                return
            losses.sum().div((wanted != _PAD).sum()).backward()
            optimizer.step()
            optimizer.zero_grad()
    raise AssertionError("the replies were not learned")


@contextmanager
def _one_thread() -> Iterator[None]:
    """More threads only wait for each other, on matrices so small."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def _saved(network: MistralForCausalLM, tokenizer: PreTrainedTokenizerFast, folder: Path) -> Path:
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
