"""The question that a completion answers, as far as a judge can be shown it."""

from rewards.errors import NotApplicable

MAX_CHARS = 16_000
"""Characters of a question that a judge is shown: some 4,000 tokens. Half a question is another question."""


def question_of(prompt: str | None) -> str:
    """Return the question.

    Raises:
        NotApplicable: there is none, or it is too long to be shown. All completions of a prompt share this.
    """
    if prompt is None or not prompt.strip():
        raise NotApplicable("A judge has to see the question: send the prompt with the sample.")
    if len(prompt) > MAX_CHARS:
        raise NotApplicable(f"The prompt has {len(prompt):,} characters; a judge is shown at most {MAX_CHARS:,}.")
    return prompt
