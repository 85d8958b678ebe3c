"""A thin client for training jobs: score completions with a reward service over HTTP.

`RewardClient` and `AsyncRewardClient` are for any code. `TRLRewards` turns rewards of the service into reward
functions for TRL's `GRPOTrainer`. Importing this package imports httpx and nothing heavier.
"""

from trainer_client._async_client import AsyncRewardClient
from trainer_client._client import RewardClient
from trainer_client._errors import (
    BadReply,
    MissingColumn,
    Rejected,
    RewardServiceError,
    TooManyFailures,
    Unreachable,
    Unscored,
    VersionMismatch,
)
from trainer_client._retry import Backoff
from trainer_client._rubrics import RubricInfo, RubricPart, RubricResult
from trainer_client._spec import RewardSpec
from trainer_client._statistics import Statistics
from trainer_client._trl import TRLRewards
from trainer_client._types import Failure, Outcome, RewardInfo, RewardRequest, RewardResult, Sample, Score
from trainer_client._watch import RewardWarning

__all__ = [
    "AsyncRewardClient",
    "Backoff",
    "BadReply",
    "Failure",
    "MissingColumn",
    "Outcome",
    "Rejected",
    "RewardClient",
    "RewardInfo",
    "RewardRequest",
    "RewardResult",
    "RewardServiceError",
    "RewardSpec",
    "RewardWarning",
    "RubricInfo",
    "RubricPart",
    "RubricResult",
    "Sample",
    "Score",
    "Statistics",
    "TRLRewards",
    "TooManyFailures",
    "Unreachable",
    "Unscored",
    "VersionMismatch",
]
