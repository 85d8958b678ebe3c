"""What a reward function may raise instead of returning a `Score`.

RewardError
├── BadReference       the reference cannot be read
├── NotApplicable      the reward does not apply to this sample
├── JudgeUnavailable   nobody answered: no judge, down, throttled, over its budget, quarantined
└── JudgeUnparsable    what the judge answered is no verdict

Anything else that escapes a reward function is a defect of that function and becomes `crash`.
"""

from typing import ClassVar

from rewards.types import Failure, FailureKind


class RewardError(Exception):
    """No judgement is possible, and the completion is not to blame."""

    kind: ClassVar[FailureKind]

    def failure(self) -> Failure:
        """Return the outcome that this error stands for."""
        return Failure(self.kind, str(self))


class BadReference(RewardError):  # noqa: N818 - reads as what it says where it is raised
    """The reference cannot be read as what the reward compares with."""

    kind = FailureKind.BAD_REFERENCE


class NotApplicable(RewardError):  # noqa: N818 - as above
    """The reward does not apply to this sample."""

    kind = FailureKind.NOT_APPLICABLE


class JudgeUnavailable(RewardError):  # noqa: N818 - as above
    """Nobody judged: there is no judge, or it is down, throttled, over its budget or quarantined."""

    kind = FailureKind.JUDGE_UNAVAILABLE


class JudgeUnparsable(RewardError):  # noqa: N818 - as above
    """What the judge answered, once or in several passes, is no verdict."""

    kind = FailureKind.JUDGE_UNPARSABLE
