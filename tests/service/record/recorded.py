"""A record that was filled by hand, for those who read it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, insert, select

from service.database.tables import requests, results, runs, scores, series, teams
from service.record.outcomes import listed
from service.record.packing import TextPlace, compress, pack
from service.record.tallies import Sums, Written, changes

BEGAN = 1_700_000_000.0
_NOTHING = {"reference": {}, "group": None, "completion_tokens": None, "completion_ids": None}


def scored(value: float, reason: str = "equal") -> dict[str, Any]:
    """Return a score as it is written down."""
    return {
        "status": "scored",
        "value": value,
        "reason": reason,
        "explanation": f"It is {value}, " + '},{"as they say"}.',
        "details": {"answer": '},{"', "n": 1},
    }


def failed(kind: str) -> dict[str, Any]:
    """Return a failure as it is written down."""
    return {"status": "failed", "value": None, "kind": kind, "message": f"It was {kind}.", "retryable": False}


@dataclass(frozen=True)
class Asked:
    """One request, as it is recorded."""

    outcomes: Mapping[str, Sequence[dict[str, Any]]]
    """For each reward, one for each sample."""
    request_id: str = "r"
    step: int | None = None
    at: float = BEGAN
    params: Mapping[str, Any] = field(default_factory=dict)
    prompt: str | None = None
    texts: Mapping[int, dict[str, Any]] = field(default_factory=dict)
    """What was scored, of the samples whose texts are kept."""
    flat: tuple[int, int] = (1, 0)
    """Groups, and those without variance."""


class Recorded:
    """Fills a record.

    Args:
        engine: The database.
        folder: Where texts go.
    """

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def add(self, team: str, run: str, *asked: Asked) -> None:
        """Write requests down."""
        with self._engine.begin() as connection:
            if connection.execute(select(teams).where(teams.c.name == team)).first() is None:
                connection.execute(insert(teams).values(name=team, secret=b"s", created_at=BEGAN))
            team_id = connection.execute(select(teams.c.id).where(teams.c.name == team)).scalar_one()
            run_id = _id(connection, runs, {"team_id": team_id, "name": run}, created_at=BEGAN)
            for each in asked:
                self._request(connection, run_id, each)

    def _request(self, connection: Connection, run_id: int, asked: Asked) -> None:
        samples = len(next(iter(asked.outcomes.values())))
        values = {
            "run_id": run_id,
            "request_id": asked.request_id,
            "step": asked.step,
            "received_at": asked.at,
            "seconds": 0.5,
            "samples": samples,
            "fingerprints": b"".join(sha256(b"%d" % each).digest() for each in range(samples)),
            "texts": self._texts(run_id, asked),
        }
        request_id = connection.execute(insert(requests).values(values).returning(requests.c.id)).scalar_one()
        sums = []
        for position, reward in enumerate(asked.outcomes):
            series_id = _id(connection, series, {"run_id": run_id, "reward": reward})
            place = {"request_id": request_id, "series_id": series_id, "position": position}
            sums.append((series_id, _result(connection, place, asked.outcomes[reward], asked)))
        for statement, change in changes([Written(run_id, asked.at, asked.step, samples, sums)]):
            driven = statement if connection.dialect.name == "sqlite" else statement.replace("?", "%s")
            connection.exec_driver_sql(driven, change)

    def _texts(self, run_id: int, asked: Asked) -> bytes | None:
        if not asked.texts:
            return None
        samples = [_NOTHING | each for each in asked.texts.values()]
        sizes = [len(next(iter(asked.outcomes.values())))] * len(samples)
        frame = pack({"prompt": asked.prompt, "samples": samples, "sizes": sizes})
        file = self._folder / f"{run_id}-1.texts"
        offset = file.stat().st_size if file.exists() else 0
        with file.open("ab") as sink:
            sink.write(frame)
        return pack([list(TextPlace(file.name, offset, len(frame), list(asked.texts)))])


def _result(connection: Connection, place: Mapping[str, int], outcomes: Sequence[dict[str, Any]], asked: Asked) -> Sums:
    values = [each["value"] for each in outcomes if each["value"] is not None]
    sums = Sums(len(values), len(outcomes) - len(values), sum(values), *asked.flat)
    row = {
        **place,
        "params": orjson.dumps(asked.params).decode(),
        "behaviour": "",
        "build": "sha256:b",
        "scored": sums.scored,
        "failed": sums.failed,
        "total": sums.total,
        "groups": sums.groups,
        "flat_groups": sums.flat_groups,
        "outcomes": compress(listed(map(orjson.dumps, outcomes))),
    }
    result_id = connection.execute(insert(results).values(row).returning(results.c.id)).scalar_one()
    of_all = {"result_id": result_id, "series_id": place["series_id"]}
    rows = [
        {**of_all, "position": number, "kind": each.get("kind"), "value": each["value"]}
        for number, each in enumerate(outcomes)
    ]
    connection.execute(insert(scores), rows)
    return sums


def _id(connection: Connection, table: Any, known: Mapping[str, Any], **more: object) -> int:  # noqa: ANN401
    """Return the id of a row, which is made where it is missing."""
    found: int | None = connection.execute(select(table.c.id).filter_by(**known)).scalar()
    if found is None:
        found = int(connection.execute(insert(table).values(**known, **more).returning(table.c.id)).scalar_one())
    return found
