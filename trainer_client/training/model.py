"""The model that a recipe starts from."""

from pathlib import Path

from transformers import AutoTokenizer, LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerBase

from trainer_client.training.recipe import RandomInit, Recipe

__all__ = ["MAX_POSITIONS", "saved", "start"]

MAX_POSITIONS = 4096
"""Enough for a small model's prompt and completion; rotary positions cost no weights."""


def start(recipe: Recipe, out: Path) -> str:
    """The folder or the hub name of the model to train."""
    if recipe.random_init is None:
        return recipe.model
    tokenizer = AutoTokenizer.from_pretrained(recipe.random_init.tokenizer)
    return str(saved(recipe.random_init, tokenizer, out / "start"))


def saved(shape: RandomInit, tokenizer: PreTrainedTokenizerBase, folder: Path) -> Path:
    """The folder, with a random model of that shape and its tokenizer in it.

    A trainer loads a reference model by its name, so that a model must lie somewhere before it is trained.
    """
    config = LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=shape.hidden_size,
        intermediate_size=shape.intermediate_size or 2 * shape.hidden_size,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=MAX_POSITIONS,
        tie_word_embeddings=True,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    folder.mkdir(parents=True, exist_ok=True)
    LlamaForCausalLM(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
