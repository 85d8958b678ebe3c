"""What teams spend on the judge, in the database: sums of the day, and what each replica has set aside beside them."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Engine, text

from service.database.clock import NOW, TODAY
from service.judging.spent import Spent

TERM_S = 30.0
"""What a replica has set aside counts for so long after it last said so."""

_PAY = """
insert into spendings (team, day, usd, tokens) values (:team, {today}, :usd, :tokens)
on conflict (team) do update set
  usd = case when spendings.day < excluded.day then 0.0 else spendings.usd end + excluded.usd,
  tokens = case when spendings.day < excluded.day then 0 else spendings.tokens end + excluded.tokens,
  day = case when spendings.day < excluded.day then excluded.day else spendings.day end
returning usd, tokens
"""
_SPENT = "select usd, tokens from spendings where team = :team and day >= {today}"
_RESERVED = "select holder, usd, tokens, until > {now} as counts from reservations where team = :team"
_RESERVE = """
insert into reservations (team, holder, usd, tokens, until) values (:team, :holder, :usd, :tokens, {now} + :term_s)
on conflict (team, holder) do update set usd = excluded.usd, tokens = excluded.tokens, until = excluded.until
"""
_FREE = "delete from reservations where team = :team and (holder = :holder or until <= {now})"


@dataclass(frozen=True, slots=True)
class Found:
    """How a team stands."""

    spent: Spent
    """What it has used today, what was just paid among it."""
    others: Spent
    """What other replicas have set aside for it."""
    counts: bool
    """Whether what this replica had set aside has counted until now."""


class Spending:
    """What replicas agree on. It blocks.

    Args:
        engine: The database, with its tables.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        clock = {"now": NOW[engine.dialect.name], "today": TODAY[engine.dialect.name]}
        self._pay, self._spent, self._reserved, self._reserve, self._free = (
            text(each.format(**clock)) for each in (_PAY, _SPENT, _RESERVED, _RESERVE, _FREE)
        )

    def agree(self, team: str, holder: str, paid: Spent, share: Callable[[Found], Spent]) -> None:
        """Note what a replica has paid for a team, and what it has set aside from now on.

        The team's row is locked from the first statement on, so that no other replica is told of the same money.

        Args:
            team: Its name.
            holder: The replica's.
            paid: What is to be added to what the team has used today.
            share: Returns what the replica is to have set aside, all in all, for how the team stands.
        """
        who = {"team": team, "holder": holder}
        with self._engine.begin() as connection:
            usd, tokens = connection.execute(self._pay, who | {"usd": paid.usd, "tokens": paid.tokens}).one()
            rows = connection.execute(self._reserved, {"team": team}).all()
            counting = [row for row in rows if row.counts]
            others = sum((Spent(row.usd, row.tokens) for row in counting if row.holder != holder), Spent())
            aside = share(Found(Spent(usd, tokens), others, any(row.holder == holder for row in counting)))
            if aside.tokens:
                values = who | {"usd": aside.usd, "tokens": aside.tokens, "term_s": TERM_S}
                connection.execute(self._reserve, values)
            elif rows:
                connection.execute(self._free, who)

    def spent(self, team: str) -> Spent:
        """Return what a team has used today."""
        with self._engine.connect() as connection:
            row = connection.execute(self._spent, {"team": team}).one_or_none()
        return Spent() if row is None else Spent(row.usd, row.tokens)
