"""The record of what was scored."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make the tables."""
    _make_runs()
    _make_requests()
    _make_results()
    _make_sums()


def _make_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", ID, primary_key=True),
        sa.Column("team_id", ID, sa.ForeignKey("teams.id", ondelete="CASCADE"), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("texts", sa.Text),
        sa.Column("texts_deleted_at", sa.Float),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("requests", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("samples", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("first_at", sa.Float),
        sa.Column("last_at", sa.Float),
        sa.UniqueConstraint("team_id", "name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "series",
        sa.Column("id", ID, primary_key=True),
        sa.Column("run_id", ID, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("reward", sa.Text, nullable=False),
        sa.UniqueConstraint("run_id", "reward"),
        sqlite_autoincrement=True,
    )


def _make_requests() -> None:
    op.create_table(
        "requests",
        sa.Column("id", ID, primary_key=True),
        sa.Column("run_id", ID, sa.ForeignKey("runs.id", ondelete="CASCADE"), nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("step", sa.Integer),
        sa.Column("received_at", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("samples", sa.Integer, nullable=False),
        sa.Column("fingerprints", sa.LargeBinary, nullable=False),
        sa.Column("texts", sa.LargeBinary),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_requests_run_id_id", "requests", ["run_id", "id"])
    op.create_index("ix_requests_run_id_step_id", "requests", ["run_id", "step", "id"])
    op.create_index("ix_requests_run_id_request_id", "requests", ["run_id", "request_id"])
    op.create_index("ix_requests_received_at", "requests", ["received_at"])
    op.create_table(
        "idempotency",
        sa.Column("team_id", ID, sa.ForeignKey("teams.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("key", sa.Text, primary_key=True),
        sa.Column("request_id", ID, sa.ForeignKey("requests.id", ondelete="CASCADE")),
        sa.Column("asked", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("holder", sa.Text),
        sa.Column("held_at", sa.Float),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"])
    op.create_index("ix_idempotency_request_id", "idempotency", ["request_id"])


def _make_results() -> None:
    op.create_table(
        "results",
        sa.Column("id", ID, primary_key=True),
        sa.Column("request_id", ID, sa.ForeignKey("requests.id", ondelete="CASCADE"), nullable=False),
        sa.Column("series_id", ID, sa.ForeignKey("series.id", ondelete="CASCADE"), nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("params", sa.Text, nullable=False),
        sa.Column("behaviour", sa.Text, nullable=False),
        sa.Column("build", sa.Text, nullable=False),
        sa.Column("scored", sa.Integer, nullable=False),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("groups", sa.Integer, nullable=False),
        sa.Column("flat_groups", sa.Integer, nullable=False),
        sa.Column("outcomes", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_results_request_id", "results", ["request_id"])
    op.create_index("ix_results_series_id_request_id_id", "results", ["series_id", "request_id", "id"])
    op.create_table(
        "scores",
        sa.Column("result_id", ID, sa.ForeignKey("results.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("series_id", ID, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("value", sa.Float),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_scores_found", "scores", ["series_id", "kind", "value", "result_id", "position"])


def _make_sums() -> None:
    op.create_table(
        "tallies",
        sa.Column("series_id", ID, sa.ForeignKey("series.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("minute", sa.Integer, primary_key=True),
        sa.Column("step", sa.BigInteger, primary_key=True),
        sa.Column("scored", sa.BigInteger, nullable=False),
        sa.Column("failed", sa.BigInteger, nullable=False),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("groups", sa.BigInteger, nullable=False),
        sa.Column("flat_groups", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them."""
    for table in ("tallies", "scores", "results", "idempotency", "requests", "series", "runs"):
        op.drop_table(table)
