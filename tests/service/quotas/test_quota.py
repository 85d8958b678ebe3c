"""A team's own quota counts, and the settings' where it has none."""

from dataclasses import dataclass

from service.quotas.quota import EqualQuotas, Quota, TeamQuotas
from service.settings import MEBIBYTE, Settings

SETTINGS = Settings(samples_per_min=60, concurrent_samples=7, max_body_mb=2)


@dataclass(frozen=True)
class Row:
    """What was said about a team."""

    samples_per_min: int | None = None
    concurrent_samples: int | None = None
    max_body_mb: float | None = None


def test_where_nothing_is_said_the_settings_count() -> None:
    """For all teams, or for one of which nothing is known."""
    usual = Quota(60, 7, 2 * MEBIBYTE)
    assert usual == EqualQuotas(SETTINGS).of("a")
    assert usual == TeamQuotas(SETTINGS, lambda _: Row()).of("a")


def test_a_teams_own_quota_counts_as_far_as_the_service_takes_it() -> None:
    """More samples than others, or fewer, but no larger body than the service's."""
    rows = {"small": Row(1, 2, 0.5), "large": Row(1000, 2000, 3)}
    quotas = TeamQuotas(SETTINGS, lambda team: rows[team])
    assert Quota(1, 2, MEBIBYTE // 2) == quotas.of("small")
    assert Quota(1000, 2000, 2 * MEBIBYTE) == quotas.of("large")
