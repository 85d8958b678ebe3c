"""What `GET /metrics` says about the record; nothing where none is kept."""

from collections.abc import Iterator
from typing import Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric


class RecordState(Protocol):
    """How the record is doing, since the service started."""

    @property
    def recorded(self) -> int:
        """Requests that were written down."""
        ...

    @property
    def waiting(self) -> int:
        """Requests that wait to be written down."""
        ...

    @property
    def texts_lost(self) -> int:
        """Requests that were written down without the texts that were to be kept."""
        ...

    @property
    def text_bytes(self) -> int:
        """Bytes of all texts."""
        ...

    @property
    def is_available(self) -> bool:
        """Whether the last try to write went well."""
        ...


class Recording(Protocol):
    """Who keeps the record."""

    @property
    def status(self) -> RecordState:
        """How it stands now."""
        ...


def collect(recording: Recording) -> Iterator[Metric]:
    """Yield the record's metrics as they stand."""
    state = recording.status
    yield CounterMetricFamily("touchstone_recorded", "Requests that were written down.", value=state.recorded)
    yield GaugeMetricFamily("touchstone_record_waiting", "Requests that wait to be written down.", value=state.waiting)
    yield CounterMetricFamily(
        "touchstone_record_texts_lost", "Requests written down without their texts.", value=state.texts_lost
    )
    yield GaugeMetricFamily("touchstone_record_text_bytes", "Bytes of all texts that are kept.", value=state.text_bytes)
    yield GaugeMetricFamily(
        "touchstone_record_available", "0 while the record cannot be written.", value=int(state.is_available)
    )
