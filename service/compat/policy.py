"""What becomes of a sample without a judgement, on a wire that can say only numbers.

The trainers' wires have no word for "could not be judged". So an operator decides, for each wire and for each of two
sorts of failure, between an error that makes the client try again, the lowest value of the target, and a number.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from rewards.types import FailureKind

Substitute = Literal["error", "lowest"] | Annotated[float, Field(allow_inf_nan=False)]
"""What a failure becomes: an error response, the target's lowest value, or this number."""
_Seconds = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Wire(StrEnum):
    """Whose client calls."""

    OPENRLHF = "openrlhf"
    SLIME = "slime"
    VERL = "verl"
    NEMO_GYM = "nemo_gym"
    SANDBOX_FUSION = "sandbox_fusion"


class Became(StrEnum):
    """What a failure became."""

    ERROR = "error"
    LOWEST = "lowest"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Policy:
    """What one wire does about failures."""

    retryable: Substitute
    """For failures that another try may mend: a deadline, a crash, a judge that nobody reaches."""
    unscorable: Substitute
    """For all others: a reference that cannot be read, or none, or a text that is too long."""
    deadline_s: float
    """Wall time of a request. It has to be shorter than what the client waits."""

    def of(self, kind: FailureKind) -> Substitute:
        """Return what a failure of this kind becomes."""
        return self.retryable if kind.retryable else self.unscorable


def became(substitute: Substitute) -> Became:
    """Return what a failure becomes, without the number."""
    return Became(substitute) if isinstance(substitute, str) else Became.NUMBER


class CompatSettings(BaseSettings):
    """The wires' settings. Each is an environment variable of the same name with the prefix `TOUCHSTONE_COMPAT_`."""

    model_config = SettingsConfigDict(env_prefix="TOUCHSTONE_COMPAT_", frozen=True, extra="ignore")

    openrlhf_retryable: Substitute = "error"
    """OpenRLHF tries five times, a second apart."""
    openrlhf_unscorable: Substitute = "lowest"
    """An error would end the run."""
    openrlhf_deadline_s: _Seconds = 150
    """OpenRLHF waits 180 s."""

    slime_retryable: Substitute = "error"
    """slime tries ten times, for two and a half minutes."""
    slime_unscorable: Substitute = "lowest"
    """An error would end the run."""
    slime_deadline_s: _Seconds = 60
    """slime waits 120 s, for one of its 64 connections among it."""

    verl_retryable: Substitute = "error"
    """The function that calls decides how often to try again."""
    verl_unscorable: Substitute = "lowest"
    """An error would end the step."""
    verl_deadline_s: _Seconds = 25
    """Of verl's own clients the most hurried waits 30 s."""

    nemo_gym_retryable: Substitute = "lowest"
    """An error ends a run of NeMo Gym and is a silent 0 in axolotl; a row can be marked as a failure instead."""
    nemo_gym_unscorable: Substitute = "lowest"
    """As above."""
    nemo_gym_deadline_s: _Seconds = 25
    """axolotl waits 30 s; NeMo Gym waits for ever."""

    sandbox_fusion_retryable: Substitute = "error"
    """An error is a 504 here, the one status after which verl's client tries again."""
    sandbox_fusion_unscorable: Substitute = "lowest"
    """An error would come to the same: the client knows no other end of a sample."""
    sandbox_fusion_deadline_s: _Seconds = 25
    """verl's client waits 30 s."""

    def policies(self) -> Mapping[Wire, Policy]:
        """Return what each wire does about failures."""
        return {
            Wire.OPENRLHF: Policy(self.openrlhf_retryable, self.openrlhf_unscorable, self.openrlhf_deadline_s),
            Wire.SLIME: Policy(self.slime_retryable, self.slime_unscorable, self.slime_deadline_s),
            Wire.VERL: Policy(self.verl_retryable, self.verl_unscorable, self.verl_deadline_s),
            Wire.NEMO_GYM: Policy(self.nemo_gym_retryable, self.nemo_gym_unscorable, self.nemo_gym_deadline_s),
            Wire.SANDBOX_FUSION: Policy(
                self.sandbox_fusion_retryable, self.sandbox_fusion_unscorable, self.sandbox_fusion_deadline_s
            ),
        }
