"""The tables, as they are after the last migration. A test compares the two on both databases.

Times are seconds since the epoch, UTC. What is compressed is a frame of Zstandard. SQLite is told not to give an id
again that was deleted, since replicas and files remember ids.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)
Id = BigInteger().with_variant(Integer, "sqlite")
"""SQLite counts up by itself in a column of just this type."""

teams = Table(
    "teams",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("secret", LargeBinary, nullable=False, doc="Key of the HMACs by which its samples are known again."),
    Column("samples_per_min", Integer, doc="Quota; null is the service's default."),
    Column("concurrent_samples", Integer, doc="Quota; null is the service's default."),
    Column("max_body_mb", Float, doc="Quota; null is the service's default."),
    Column("judge_usd_per_day", Float, doc="Budget; null is the judge's default."),
    Column("created_at", Float, nullable=False),
    sqlite_autoincrement=True,
)
keys = Table(
    "keys",
    metadata,
    Column("id", Id, primary_key=True),
    Column("team_id", Id, ForeignKey("teams.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("name", Text, nullable=False, unique=True, doc="What the key is called where it must not be said."),
    Column("digest", LargeBinary, nullable=False, unique=True, doc="SHA-256 of the key."),
    Column("role", Text, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("expires_at", Float),
    Column("lifetime_s", Float, doc="How long it was made to live; null is for ever."),
    Column("revoked_at", Float),
)
rubrics = Table(
    "rubrics",
    metadata,
    Column("team_id", Id, ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True, doc="Its name and version, as in maths@v1."),
    Column("body", Text, nullable=False),
    Column("created_at", Float, nullable=False),
)
allowances = Table(
    "allowances",
    metadata,
    Column("team_id", Id, ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("samples", Float, nullable=False, doc="What is left to be had scored."),
    Column("counted_at", Float, nullable=False),
)
replicas = Table(
    "replicas",
    metadata,
    Column("name", Text, primary_key=True),
    Column("seen_at", Float, nullable=False),
)
spendings = Table(
    "spendings",
    metadata,
    Column("team", Text, primary_key=True, doc="By its name: known cases are asked at no team's expense."),
    Column("day", Text, nullable=False, doc="The last day (UTC) on which it spent anything, as in 2026-01-31."),
    Column("usd", Float, nullable=False, doc="What it spent on the judge in that day."),
    Column("tokens", BigInteger, nullable=False),
)
reservations = Table(
    "reservations",
    metadata,
    Column("team", Text, primary_key=True),
    Column("holder", Text, primary_key=True, doc="The process that asks the judge."),
    Column("usd", Float, nullable=False, doc="What its calls under way may cost at most."),
    Column("tokens", BigInteger, nullable=False),
    Column("until", Float, nullable=False, doc="It no longer counts then, unless its holder puts that off."),
)

runs = Table(
    "runs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("team_id", Id, ForeignKey("teams.id", ondelete="CASCADE"), nullable=False),
    Column("name", Text, nullable=False),
    Column("texts", Text, doc="none, sample or all; null is the service's default."),
    Column("texts_deleted_at", Float, doc="When its texts alone were last deleted: older files of it are to go."),
    Column("created_at", Float, nullable=False),
    Column("requests", BigInteger, nullable=False, server_default="0", doc="How many of its requests are there."),
    Column("samples", BigInteger, nullable=False, server_default="0", doc="And how many samples they have."),
    Column("first_at", Float, doc="When the first of them came."),
    Column("last_at", Float, doc="When the last of them came."),
    UniqueConstraint("team_id", "name"),
    sqlite_autoincrement=True,
)
series = Table(
    "series",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("reward", Text, nullable=False),
    UniqueConstraint("run_id", "reward"),
    sqlite_autoincrement=True,
)
requests = Table(
    "requests",
    metadata,
    Column("id", Id, primary_key=True),
    Column("run_id", Id, ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
    Column("request_id", Text, nullable=False, doc="As in X-Request-ID."),
    Column("step", Integer),
    Column("received_at", Float, nullable=False),
    Column("seconds", Float, nullable=False, doc="Wall time of the scoring."),
    Column("samples", Integer, nullable=False),
    Column("fingerprints", LargeBinary, nullable=False, doc="One HMAC-SHA256 of 32 bytes for each sample."),
    Column("texts", LargeBinary, doc="Where its texts are, compressed JSON; null where none are kept."),
    Index("ix_requests_run_id_id", "run_id", "id"),
    Index("ix_requests_run_id_step_id", "run_id", "step", "id"),
    Index("ix_requests_run_id_request_id", "run_id", "request_id"),
    Index("ix_requests_received_at", "received_at"),
    sqlite_autoincrement=True,
)
idempotency = Table(
    "idempotency",
    metadata,
    Column("team_id", Id, ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
    Column("key", Text, primary_key=True),
    Column(
        "request_id",
        Id,
        ForeignKey("requests.id", ondelete="CASCADE"),
        index=True,
        doc="What the key stands for; null while a replica is scoring it.",
    ),
    Column("asked", LargeBinary, nullable=False, doc="Digest of what was asked, to know the same request by."),
    Column("created_at", Float, nullable=False, index=True),
    Column("holder", Text, doc="Whose claim it is; null once there is a request."),
    Column("held_at", Float, doc="When the claim was last renewed, by the database's clock."),
)
results = Table(
    "results",
    metadata,
    Column("id", Id, primary_key=True),
    Column("request_id", Id, ForeignKey("requests.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("series_id", Id, ForeignKey("series.id", ondelete="CASCADE"), nullable=False),
    Column("position", Integer, nullable=False, doc="Which of the request's rewards it is."),
    Column("params", Text, nullable=False),
    Column("behaviour", Text, nullable=False, doc="Empty where the build is not proven."),
    Column("build", Text, nullable=False),
    Column("scored", Integer, nullable=False),
    Column("failed", Integer, nullable=False),
    Column("total", Float, nullable=False, doc="Sum of the values."),
    Column("groups", Integer, nullable=False, doc="Groups of at least two scored samples."),
    Column("flat_groups", Integer, nullable=False, doc="Those whose samples all had the same value."),
    Column("outcomes", LargeBinary, nullable=False, doc="The outcomes, compressed JSON."),
    Index("ix_results_series_id_request_id_id", "series_id", "request_id", "id"),
    sqlite_autoincrement=True,
)
scores = Table(
    "scores",
    metadata,
    Column("result_id", Id, ForeignKey("results.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, doc="Which of the request's samples it is."),
    Column("series_id", Id, nullable=False),
    Column("kind", Text, doc="Kind of the failure; null where there is a value."),
    Column("value", Float),
    Index("ix_scores_found", "series_id", "kind", "value", "result_id", "position"),
    sqlite_with_rowid=False,
)
tallies = Table(
    "tallies",
    metadata,
    Column("series_id", Id, ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
    Column("minute", Integer, primary_key=True, doc="Since the epoch."),
    Column("step", BigInteger, primary_key=True, doc="-1 where the requests named none."),
    Column("scored", BigInteger, nullable=False),
    Column("failed", BigInteger, nullable=False),
    Column("total", Float, nullable=False),
    Column("groups", BigInteger, nullable=False),
    Column("flat_groups", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)
"""What the results of a series in a minute and a step come to, so that nobody has to count a million of them."""
