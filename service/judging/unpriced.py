"""Says which teams have a limit in money that nothing is counted against, since no price is set.

A setting that needs a price ends the start; a team's limit is set while the service runs, so it is said in the log.
"""

from collections.abc import Mapping

from service.judging.settings import JudgeSettings
from service.teams.team import Limits
from service.telemetry import Telemetry


class Unpriced:
    """Looks over teams' limits as they are read.

    Args:
        settings: The judge's, with the prices.
        log: Where a limit that holds nothing back is said, once for each team.
    """

    def __init__(self, settings: JudgeSettings, log: Telemetry) -> None:
        self._matters = settings.url is not None and not settings.has_price
        self._log = log
        self._said: set[str] = set()

    def look(self, limits: Mapping[str, Limits]) -> None:
        """Say of which teams the limit holds nothing back, where that was not said before."""
        if not self._matters:
            return
        for team, limit in limits.items():
            if limit.judge_usd_per_day is not None and team not in self._said:
                self._said.add(team)
                self._log.warning(
                    "judge_limit_without_price", team=team, unset="TOUCHSTONE_JUDGE_INPUT_USD_PER_MILLION"
                )
