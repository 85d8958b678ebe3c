"""How the service is operated: who watches it, when it ends, and what of it goes out of use."""

from dataclasses import dataclass, field

from service.drain import Drain
from service.retirement import Retirements
from service.tracing import NoTracer, Tracer


@dataclass(frozen=True, slots=True)
class Operating:
    """What an operator's side gives the app."""

    tracer: Tracer = field(default_factory=NoTracer)
    """Where spans go."""
    drain: Drain = field(default_factory=Drain)
    """Told when the service is about to end."""
    retirements: Retirements | None = None
    """Versions that should not be used any more. None: those of this release."""
