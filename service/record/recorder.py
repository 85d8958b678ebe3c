"""Writes down what is scored, before it is answered.

Nobody is kept from their scores by the record: where it cannot be written, or not soon, the answer says so and goes.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Engine

from rewards.digest import Digests
from service.call import Call
from service.errors import ProblemError
from service.record.answers import Outcomes
from service.record.breaker import Breaker
from service.record.claims import Claim, Claims, claims_in
from service.record.directory import Directory
from service.record.draft import Draft
from service.record.flights import Flights, Name
from service.record.ledger import Ledger, Result
from service.record.repetitions import Repetitions
from service.record.texts import TextFiles
from service.record.upkeep import Upkeep
from service.record.writer import Writer
from service.scoring import Ask, Submission
from service.serving import Served, Written
from service.settings import MEBIBYTE, Settings
from service.telemetry import Telemetry

_PATIENCE_S = 5.0
"""How long an answer waits for its record, to be looked for and to be written."""
_WORTH_A_THREAD = 32
"""Samples that are prepared while the workers score."""
_UNWRITTEN = Written(is_durable=False)


@dataclass(frozen=True, slots=True)
class RecordStatus:
    """How the record is doing, since the service started."""

    recorded: int
    """Requests that were written down."""
    unrecorded: int
    """Requests that were answered and could not be written down."""
    replayed: int
    """Requests that were answered from the record."""
    waiting: int
    """Requests that wait to be written down."""
    texts_lost: int
    """Requests that were written down without their texts, which the disk did not take."""
    text_bytes: int
    """Bytes of all texts."""
    is_available: bool
    """Whether the last try to write went well."""


class DatabaseRecorder:
    """Writes requests down in the database. It is used on the event loop, and works in threads.

    Args:
        engine: The database, with its tables.
        settings: What to keep.
        digests: The rewards' digests, by id.
        log: Where trouble goes.
        texts: Where texts go; by default into the folder that the settings name.
    """

    def __init__(
        self,
        engine: Engine,
        settings: Settings,
        digests: Mapping[str, Digests],
        log: Telemetry,
        texts: TextFiles | None = None,
    ) -> None:
        self._directory = Directory(engine, settings.record_texts)
        self._texts = texts or TextFiles(settings.texts, settings.record_texts_mb * MEBIBYTE)
        self._ledger = Ledger(engine, self._directory, self._texts, digests)
        self._breaker = Breaker()
        upkeep = Upkeep(engine, self._texts, settings.record_days)
        self._writer = Writer(engine, self._ledger, upkeep, self._breaker, log)
        self._threads = ThreadPoolExecutor(2, "record")
        self._flights = Flights()
        self._claims = claims_in(engine)
        self._repetitions = Repetitions(engine, self._directory, self._claims, self._breaker, self._threads)
        self._recorded = self._unrecorded = self._replayed = 0

    @property
    def status(self) -> RecordStatus:
        """How it is doing."""
        return RecordStatus(
            self._recorded,
            self._unrecorded,
            self._replayed,
            self._writer.waiting,
            self._ledger.texts_lost,
            self._texts.total_bytes,
            not self._breaker.is_open,
        )

    def start(self) -> None:
        """Begin to write."""
        self._writer.start()
        self._claims.start()

    async def stop(self, patience_s: float) -> None:
        """Return when everything is written, or patience is over."""
        await self._writer.stop(patience_s)
        await asyncio.to_thread(self._claims.stop)
        self._threads.shutdown(wait=False, cancel_futures=True)

    def begin(self, call: Call, asks: Sequence[Ask], submissions: Sequence[Submission]) -> "_Entry":
        """Return the entry of a batch that is about to be scored."""
        return _Entry(self, self._flights, self._claims, Draft(call, asks, submissions, time.time()))

    def prepare_soon(self, draft: Draft) -> None:
        """Have what need not wait for the scores worked out while the workers make them."""
        if len(draft.submissions) >= _WORTH_A_THREAD and not self._breaker.is_open:
            # Not before the loop has given the batch to the workers, for which it needs the interpreter.
            asyncio.get_running_loop().call_soon(self._prepare, draft)

    async def before(self, draft: Draft, claim: Claim, patience_s: float) -> Outcomes | None:
        """Return what a request was answered before; None where it is to be scored now.

        Raises:
            PoolUnavailableError: another replica is scoring it still when patience is over.
            ProblemError: another request had its idempotency key.
        """
        outcomes = await self._repetitions.before(draft, claim, patience_s)
        self._replayed += outcomes is not None
        return outcomes

    async def write(self, draft: Draft, release: Callable[[], None], waited_s: float) -> Written:
        """Return when a draft is durable, or it is clear that it will not be soon.

        Args:
            draft: What is written, and was served.
            release: Called when it is decided, which may be later where its caller has left.
            waited_s: How long it has waited for the database already.

        Raises:
            ProblemError: another request had its idempotency key meanwhile.
        """
        done = self._writer.put(draft) if self._breaker.admits() else None
        if done is None:
            release()
            self._unrecorded += 1
            return _UNWRITTEN
        done.add_done_callback(lambda _: release())
        await asyncio.wait({done}, timeout=_PATIENCE_S - waited_s)
        if not done.done():
            done.cancel()
            self._breaker.failed()
        result = _UNWRITTEN if done.cancelled() else done.result()
        self._count(result)
        if isinstance(result, ProblemError):
            raise result
        return result

    def _count(self, result: Result) -> None:
        if isinstance(result, ProblemError):
            return
        self._unrecorded += not result.is_durable
        self._replayed += result.outcomes is not None
        self._recorded += result.is_durable and result.outcomes is None

    def _prepare(self, draft: Draft) -> None:
        self._threads.submit(draft.prepare, self._directory)  # what goes wrong goes wrong again when it is written


class _Entry:
    """One batch on its way into the record."""

    def __init__(self, recorder: DatabaseRecorder, flights: Flights, claims: Claims, draft: Draft) -> None:
        self._recorder = recorder
        self._flights = flights
        self._claims = claims
        self._draft = draft
        self._flight: Name | None = None
        self._claim = Claim(draft.call.idempotency_key or "")

    @property
    def waited_s(self) -> float:
        """How long it waited for another replica."""
        return self._claim.waited_s

    async def known(self, patience_s: float) -> Outcomes | None:
        """Return what the same request was answered before, once none of its key is under way.

        Raises:
            PoolUnavailableError: another replica is scoring it still when patience is over.
            ProblemError: another request had its idempotency key.
        """
        key, outcomes = self._draft.call.idempotency_key, None
        if key is not None:
            flight = self._draft.call.team, key
            await self._flights.enter(flight)
            self._flight = flight
            outcomes = await self._recorder.before(self._draft, self._claim, patience_s)
        if outcomes is None:
            self._recorder.prepare_soon(self._draft)
        return outcomes

    async def write(self, served: Served) -> Written:
        """Return when the batch is durable, or it is clear that it will not be.

        Raises:
            ProblemError: another request had its idempotency key meanwhile.
        """
        self._draft.served = served
        flight, self._flight = self._flight, None
        release = partial(self._land, flight) if flight is not None else _nobody_waits
        written = await self._recorder.write(self._draft, release, self._claim.vain_s)
        if flight is not None and not written.is_durable:
            self._claims.give_up(self._claim)
        return written

    def drop(self) -> None:
        """Let others of the same idempotency key go on."""
        if self._flight is not None:
            self._flights.leave(self._flight)
            self._flight = None
            self._claims.give_up(self._claim)

    def _land(self, flight: Name) -> None:
        self._flights.leave(flight)
        if self._draft.is_final:
            self._claims.end(self._claim)
        else:
            self._claims.give_up(self._claim)  # the key stands for nothing, and the next try is to be scored


def _nobody_waits() -> None:
    """Do nothing: a request without a key has no flight."""
