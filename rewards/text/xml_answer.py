"""Where the GSM8K GRPO demo looks for an answer."""


def xml_answer(text: str) -> str:
    """Return what stands between the last `<answer>` and the next `</answer>`, stripped.

    Without an opening tag that is everything before the first closing tag; without any tag, the whole text.
    """
    return text.rpartition("<answer>")[2].partition("</answer>")[0].strip()
