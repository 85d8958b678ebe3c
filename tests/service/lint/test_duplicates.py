"""Repeated prompts: found, told apart, and counted."""

from service.lint.duplicates import Duplicates, report
from service.lint.findings import Findings, Level


def found(*rows: tuple[str, str, str]) -> list[tuple[str, int, list[int]]]:
    """Return what is reported of rows of (data set, prompt, answer), numbered from 1."""
    duplicates, findings = Duplicates(), Findings()
    for number, (source, prompt, answer) in enumerate(rows, start=1):
        duplicates.add(source, number, prompt, answer)
    report(duplicates, findings)
    return [(one.check, one.count, one.rows) for one in findings]


def test_different_prompts_are_nothing() -> None:
    """Nor is the same answer to different prompts."""
    assert [] == found(("train", "a", "1"), ("train", "b", "1"))


def test_contradicting_references_come_first() -> None:
    """Whatever was found before them."""
    rows = [("train", text, answer) for text, answer in (("a", "1"), ("a", "1"), ("b", "1"), ("B ", "2"))]
    assert [("contradicting_duplicates", 2, [3, 4]), ("duplicate_prompt", 2, [1, 2])] == found(*rows)


def test_case_and_blanks_do_not_tell_prompts_apart() -> None:
    """Such prompts are reported as near duplicates."""
    rows = [("train", text, "1") for text in ("What is  it?", "what is\nit? ", "What is  it?")]
    assert [("near_duplicate_prompt", 3, [1, 2, 3])] == found(*rows)


def test_a_held_out_prompt_must_not_be_trained_on() -> None:
    """It is an error, also where the references agree."""
    assert [("leak", 2, [1, 2])] == found(("train", "a", "1"), ("eval", "a", "1"))


def test_a_finding_keeps_few_rows_and_counts_all() -> None:
    """However many rows repeat one prompt."""
    ((check, count, rows),) = found(*[("train", "a", "1")] * 1000)
    assert ("duplicate_prompt", 1000, list(range(1, 21))) == (check, count, rows)


def test_notes_alone_are_clean() -> None:
    """A warning is not."""
    findings = Findings()
    findings.add("a", Level.NOTE, "Something.")
    assert findings.is_clean
    findings.add("b", Level.WARNING, "Something.")
    assert not findings.is_clean
