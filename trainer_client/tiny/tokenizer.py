"""The lesson's tokenizer: one token for each digit, sign and tag."""

from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

__all__ = ["tokenizer"]

SPECIAL = ("<pad>", "<eos>", "<user>", "<assistant>", "<unk>")
TEXT = ("<think>", "</think>", "<answer>", "</answer>", "\\boxed{", "}", "+", "=", *"0123456789")

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ '<' + message['role'] + '>' + message['content'] }}{% endfor %}"
    "{% if add_generation_prompt %}<assistant>{% else %}<eos>{% endif %}"
)


def tokenizer() -> PreTrainedTokenizerFast:
    """A tokenizer of 23 tokens with a chat template.

    The tags are no special tokens, so that they survive decoding and rewards can see them.
    """
    vocabulary = {token: index for index, token in enumerate((*SPECIAL, *TEXT))}
    backend = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))  # noqa: S106  a token of text
    backend.pre_tokenizer = pre_tokenizers.Split(Regex(r"</?(?:think|answer)>|\\boxed\{|[\s\S]"), "isolated")
    backend.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        pad_token="<pad>",  # noqa: S106
        eos_token="<eos>",  # noqa: S106
        unk_token="<unk>",  # noqa: S106
        additional_special_tokens=["<user>", "<assistant>"],
        padding_side="left",
        chat_template=CHAT_TEMPLATE,
    )
