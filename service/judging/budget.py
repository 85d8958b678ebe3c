"""What a team may spend on the judge in a day, kept across restarts."""

from typing import Protocol

from service.judging.spent import Spent
from service.judging.terms import Cost


class Budget(Protocol):
    """Refuses calls that a team cannot pay."""

    def price(self, cost: Cost) -> Spent:
        """Return what calls that cost so many tokens add to what is spent."""
        ...

    async def reserve(self, team: str, cost: Cost) -> None:
        """Set aside what a call may cost at most; where that is too much only for what others have set aside, wait.

        Raises:
            JudgeUnavailable: what is left of the day's budget does not hold it, or nobody can say what is left.
        """
        ...

    def check(self, team: str) -> None:
        """Return if what a team has set aside still counts. Asked when a call goes out.

        Raises:
            JudgeUnavailable: it may have been given to others meanwhile.
        """
        ...

    async def settle(self, team: str, reserved: Cost, actual: Cost | None) -> None:
        """Note what a call did cost, None where it cost nothing, and only then give back what was set aside."""
        ...

    async def spent(self, team: str) -> Spent:
        """Return what a team has used today."""
        ...

    async def stop(self) -> None:
        """Note what is not noted yet. Nobody may reserve or settle any more."""
        ...
