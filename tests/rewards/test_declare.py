"""A declaration says everything once, and a wrong one is refused where it stands."""

import math
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from rewards.declare import Reading, Reward, reward
from rewards.errors import BadReference, NotApplicable
from rewards.types import Failure, FailureKind, Frozen, Needs, NoParams, NoReference, Outcome, Sample, Score

NEEDS = Needs({})
SAMPLE = Sample("text", NoReference())


class Reference(Frozen):
    """A reference with one field."""

    answer: str


def single(sample: Sample[Reference], params: NoParams) -> Score:
    """The claim.

    The page.
    """
    return Score(float(sample.completion), "ok", params.__class__.__name__)


def grouped(samples: list[Sample[NoReference]], params: NoParams) -> list[Outcome]:
    """Every completion is alone."""
    del params
    return [Score(1.0, "ok", "Fine.") for _ in samples if len(samples) < 3]


def declared(function: Callable[..., object], module: str = "any.family_name.v12", **options: object) -> Reward:
    """Declare a function as if it stood in that module."""
    function.__module__ = module
    return reward(**{"range": (0.0, 1.0), **options})(function)  # type: ignore[arg-type]


def returning(outcome: object) -> Reward:
    """Declare a reward that returns this, or raises it."""

    def fixed(sample: Sample[NoReference], params: NoParams) -> Score:
        """A claim."""
        del sample, params
        if isinstance(outcome, Exception):
            raise outcome
        return outcome  # type: ignore[return-value]

    return declared(fixed)


def test_everything_is_read_off_the_function() -> None:
    """The path gives the name, the annotations the types, the docstring the page."""
    found = declared(single, budget_s=2.0)
    assert (found.id, found.module) == ("family_name@v12", "any.family_name.v12")
    assert (found.reference, found.params, found.is_group) == (Reference, NoParams, False)
    assert (found.summary, found.doc) == ("The claim.", "The claim.\n\nThe page.")
    assert (found.range, found.budget_s, found.needs_reference) == ((0.0, 1.0), 2.0, True)


def test_group_is_read_off_the_annotation() -> None:
    """A list of samples makes a group reward."""
    found = declared(grouped)
    assert (found.is_group, found.needs_reference) == (True, False)
    assert found.score_group([SAMPLE] * 2, NoParams(), [NEEDS] * 2) == [Score(1.0, "ok", "Fine.")] * 2


def test_group_returns_one_outcome_each() -> None:
    """A group reward that loses a sample is broken."""
    with pytest.raises(TypeError, match="0 outcomes for 3 samples"):
        declared(grouped).score_group([SAMPLE] * 3, NoParams(), [NEEDS] * 3)


@pytest.mark.parametrize("module", ["family", "family.v0", "family.v1.extra", "family.version1", "Family.v1"])
def test_module_must_name_family_and_version(module: str) -> None:
    """The path is the id."""
    with pytest.raises(TypeError, match=r"<family>/v<N>\.py"):
        declared(single, module)


@pytest.mark.parametrize("span", [(1.0, 0.0), (0.0, 0.0), (0.0, math.inf), (math.nan, 1.0)])
def test_range_is_two_finite_numbers_in_order(span: tuple[float, float]) -> None:
    """Without a lowest value nothing could be said of a completion over a limit."""
    with pytest.raises(TypeError, match="range"):
        declared(single, range=span)


def test_wrong_functions_are_refused() -> None:
    """Each message says what is missing."""

    def undocumented(sample: Sample[Reference], params: NoParams) -> Score: ...

    def untyped_sample(sample: str, params: NoParams) -> Score:
        """A claim."""

    def untyped_params(sample: Sample[Reference], params: dict[str, object]) -> Score:
        """A claim."""

    def no_params(sample: Sample[Reference]) -> Score:
        """A claim."""

    async def later(sample: Sample[Reference], params: NoParams) -> Score:
        """A claim."""

    for function, message in (
        (undocumented, "docstring"),
        (untyped_sample, r"Sample\[Reference\]"),
        (untyped_params, "Frozen params"),
        (no_params, "Frozen params"),
        (later, "Judge"),
    ):
        with pytest.raises(TypeError, match=message):
            declared(function)


def test_needs_and_their_parameter_go_together() -> None:
    """One without the other is a mistake."""

    def needing(sample: Sample[NoReference], params: NoParams, needs: Needs) -> Score:
        """A claim."""
        del sample, params
        return needs["base@v1"]

    with pytest.raises(TypeError, match="go together"):
        declared(needing)
    with pytest.raises(TypeError, match="go together"):
        declared(single, needs=("base@v1",))
    base = Score(0.5, "ok", "Fine.")
    found = declared(needing, needs=("base@v1",))
    assert found.score(SAMPLE, NoParams(), Needs({"base@v1": base})) == base


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 1.0000000000000002, -0.1])
def test_a_forbidden_value_is_a_failure(value: float) -> None:
    """Neither NaN nor what the range forbids leaves a reward."""
    outcome = returning(Score(value, "ok", "Fine.")).score(SAMPLE, NoParams(), NEEDS)
    assert isinstance(outcome, Failure)
    assert outcome.kind is FailureKind.OUT_OF_RANGE


@pytest.mark.parametrize(
    ("error", "kind"),
    [(BadReference("Why."), FailureKind.BAD_REFERENCE), (NotApplicable("Why."), FailureKind.NOT_APPLICABLE)],
)
def test_a_reward_error_is_a_failure(error: Exception, kind: FailureKind) -> None:
    """No judgement was possible, and the message says why."""
    assert returning(error).score(SAMPLE, NoParams(), NEEDS) == Failure(kind, "Why.")


def test_a_defect_escapes() -> None:
    """The worker turns it into `crash`; swallowing it here would hide where it came from."""
    with pytest.raises(ZeroDivisionError):
        returning(ZeroDivisionError()).score(SAMPLE, NoParams(), NEEDS)
    with pytest.raises(TypeError, match="not a Score"):
        returning(SimpleNamespace(value=1.0)).score(SAMPLE, NoParams(), NEEDS)


def test_the_lowest_score_is_the_range_s() -> None:
    """What a completion over a limit gets."""
    assert declared(single, range=(-2.0, 1.0)).lowest("too_long", "Why.") == Score(-2.0, "too_long", "Why.")


def read_number(reference: Reference, params: NoParams) -> int:
    """Read a number."""
    del params
    if not reference.answer.isdigit():
        raise BadReference("Not a number.")
    return int(reference.answer)


def test_a_reference_is_read_apart() -> None:
    """The function gets what `read` returned, from whoever calls it, in the order of its annotations."""

    def comparing(sample: Sample[Reference], params: NoParams, gold: int, needs: Needs) -> Score:
        """A claim."""
        del params
        return Score(float(len(sample.completion) == gold), "ok", str(needs["base@v1"].value))

    def comparing_all(
        samples: list[Sample[Reference]], params: NoParams, needs: list[Needs], golds: list[int]
    ) -> list[Outcome]:
        """A claim."""
        return [comparing(*one) for one in zip(samples, [params] * len(samples), golds, needs, strict=True)]

    needs = Needs({"base@v1": Score(0.5, "ok", "Fine.")})
    samples = [Sample("abc", Reference(answer=answer)) for answer in ("3", "4")]
    found = declared(comparing, read=read_number, needs=("base@v1",))
    grouped = declared(comparing_all, read=read_number, needs=("base@v1",))
    expected = [Score(1.0, "ok", "0.5"), Score(0.0, "ok", "0.5")]
    assert expected == [found.score(sample, NoParams(), needs) for sample in samples]
    assert expected == grouped.score_group(samples, NoParams(), [needs] * 2)
    assert found.score(samples[0], NoParams(), needs, Reading(4)) == expected[1]


def test_a_reference_that_cannot_be_read_is_a_failure() -> None:
    """Of every sample of a group, where it is a group's."""

    def comparing(sample: Sample[Reference], params: NoParams, gold: int) -> Score:
        """A claim."""
        raise NotImplementedError

    def comparing_all(samples: list[Sample[Reference]], params: NoParams, golds: list[int]) -> list[Outcome]:
        """A claim."""
        raise NotImplementedError

    samples = [Sample("abc", Reference(answer=answer)) for answer in ("3", "x")]
    bad = Failure(FailureKind.BAD_REFERENCE, "Not a number.")
    assert bad == declared(comparing, read=read_number).score(samples[1], NoParams(), NEEDS)
    assert [bad, bad] == declared(comparing_all, read=read_number).score_group(samples, NoParams(), [NEEDS] * 2)


def test_reading_and_its_parameter_go_together() -> None:
    """One without the other is a mistake, and so is another type."""

    def takes_text(sample: Sample[Reference], params: NoParams, gold: str) -> Score:
        """A claim."""

    def takes_number(sample: Sample[Reference], params: NoParams, gold: int) -> Score:
        """A claim."""

    def unannotated(reference: Reference, params: NoParams):  # type: ignore[no-untyped-def]  # noqa: ANN202
        """Return nothing that anyone knows."""

    def strange(reference: NoReference, params: NoParams) -> int:
        """Read something else."""
        raise NotImplementedError

    for function, read, message in (
        (takes_text, read_number, "go together"),
        (single, read_number, "go together"),
        (takes_number, None, "go together"),
        (takes_number, unannotated, "annotated to take Reference, NoParams"),
        (takes_number, strange, "annotated to take Reference, NoParams"),
    ):
        with pytest.raises(TypeError, match=message):
            declared(function, read=read)
