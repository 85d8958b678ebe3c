"""Everything that this package raises on purpose.

```
RewardServiceError
├── Unreachable         no usable answer within the deadline
├── Rejected            the service refused the request; asking again would not help
├── BadReply            what answered does not speak the protocol
├── VersionMismatch     another version of a reward answered than the one pinned
├── MissingColumn       the data set lacks what a reward compares with
├── Unscored            a completion could not be judged, and the trainer has no word for that
└── TooManyFailures     too many completions could not be judged
```
"""

from collections.abc import Mapping, Sequence

from trainer_client._override import override

__all__ = [
    "BadReply",
    "MissingColumn",
    "Rejected",
    "RewardServiceError",
    "TooManyFailures",
    "Unreachable",
    "Unscored",
    "VersionMismatch",
]


class RewardServiceError(Exception):
    """The rewards of a batch could not be had."""


class Unreachable(RewardServiceError):  # noqa: N818  the name says it already
    """No usable answer arrived within the deadline."""

    def __init__(self, url: str, attempts: int, seconds: float, last: str) -> None:
        self.url = url
        self.attempts = attempts
        self.seconds = seconds
        self.last = last
        super().__init__(url, attempts, seconds, last)

    @override
    def __str__(self) -> str:
        """What was tried, and what came of it the last time."""
        tries = "1 attempt" if self.attempts == 1 else f"{self.attempts} attempts"
        return (
            f"The reward service at {self.url} gave no usable answer in {tries} "
            f"over {self.seconds:.1f} s; the last one ended with: {self.last}."
        )


class Rejected(RewardServiceError):  # noqa: N818  the name says it already
    """The service refused the request."""

    def __init__(self, status: int, title: str, detail: str = "", errors: Sequence[tuple[str, str]] = ()) -> None:
        self.status = status
        self.title = title
        self.detail = detail
        self.errors = tuple(errors)
        super().__init__(status, title, detail, self.errors)

    @override
    def __str__(self) -> str:
        """What the service says is wrong, and where in the request."""
        told = ": ".join(part for part in (self.title, self.detail) if part)
        lines = [f"The reward service refused the request with {self.status} {told}".rstrip()]
        lines += [f"  {path}: {message}" for path, message in self.errors]
        return "\n".join(lines)


class BadReply(RewardServiceError):  # noqa: N818  the name says it already
    """Something answered that does not speak the service's protocol."""


class VersionMismatch(RewardServiceError):  # noqa: N818  the name says it already
    """Another version of a reward answered than the one that was pinned."""

    def __init__(self, reward: str, digest: str, pinned: str, served: str | None) -> None:
        self.reward = reward
        self.digest = digest
        self.pinned = pinned
        self.served = served
        super().__init__(reward, digest, pinned, served)

    @override
    def __str__(self) -> str:
        """Both digests."""
        return (
            f"{self.reward} was pinned to the {self.digest} digest {self.pinned}, and the service runs "
            f"{self.served or 'one without a digest'}; pin that one or ask for the old one."
        )


class MissingColumn(RewardServiceError):  # noqa: N818  the name says it already
    """The data set has no column for a field that a reward compares with."""

    def __init__(self, reward: str, field: str, tried: Sequence[str], columns: Sequence[str]) -> None:
        self.reward = reward
        self.field = field
        self.tried = tuple(tried)
        self.columns = tuple(columns)
        super().__init__(reward, field, self.tried, self.columns)

    @override
    def __str__(self) -> str:
        """What was looked for, what there is and how to name it."""
        return (
            f"{self.reward} compares with the reference field '{self.field}', and the data set has no column "
            f"{' or '.join(self.tried)} among {', '.join(self.columns) or 'none'}; "
            f"name it with columns={{'{self.field}': '<column>'}}."
        )


class Unscored(RewardServiceError):  # noqa: N818  the name says it already
    """A completion could not be judged, and the trainer takes nothing but a number."""

    def __init__(self, target: str, kind: str, message: str) -> None:
        self.target = target
        self.kind = kind
        self.message = message
        super().__init__(target, kind, message)

    @override
    def __str__(self) -> str:
        """Why, and what to set to train on."""
        return (
            f"{self.target} could not judge a completion ({self.kind}: {self.message}) and `unscored` names no number "
            f"to give instead."
        )


class TooManyFailures(RewardServiceError):  # noqa: N818  the name says it already
    """More completions could not be judged than the training run allows."""

    def __init__(self, failed: int, judged: int, allowed_share: float, kinds: Mapping[str, int]) -> None:
        self.failed = failed
        self.judged = judged
        self.allowed_share = allowed_share
        self.kinds = dict(kinds)
        super().__init__(failed, judged, allowed_share, self.kinds)

    @override
    def __str__(self) -> str:
        """How many, of how many, and of which kinds."""
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(self.kinds.items()))
        return (
            f"{self.failed} of the last {self.judged} completions could not be judged ({kinds}), "
            f"more than the share of {self.allowed_share:g} that max_failure_share allows."
        )
