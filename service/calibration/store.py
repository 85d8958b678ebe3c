"""The thresholds that were found for judges, in a file of one's own."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


class CalibrationError(Exception):
    """There is no such calibration, or the file cannot be used; the message says what to do."""


class Store:
    """A file of calibrations, one for each judge and reward.

    Args:
        path: The file; it is made when the first calibration is saved.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def save(self, entry: Mapping[str, Any]) -> None:
        """Keep a calibration in the place of an earlier one of the same judge and reward.

        Raises:
            CalibrationError: the file cannot be written, or is none of these.
        """
        others = [each for each in self._entries() if _key(each) != _key(entry)]
        text = json.dumps({"calibrations": [*others, entry]}, ensure_ascii=False, indent=2) + "\n"
        draft = self.path.with_name(f".{self.path.name}.part")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            draft.write_text(text, encoding="utf-8")
            draft.replace(self.path)
        except OSError as error:
            raise CalibrationError(f"{self.path} cannot be written: {error.strerror or error}") from error

    def find(self, judge: str | None, reward: str) -> dict[str, Any]:
        """Return the calibration of a judge for a reward, or of a reward that asks none; it has a threshold.

        Args:
            judge: The judge's name; None where the service does not tell it.
            reward: The reward's id.

        Raises:
            CalibrationError: there is none, or one without a threshold.
        """
        found = self._found(judge, reward)
        if found["threshold"] is None:
            who = f" of {found['judge']}" if found["judge"] else ""
            raise CalibrationError(f"{self.path} has no threshold{who} for {reward}: {unreached(found['figures'])}")
        return found

    def _found(self, judge: str | None, reward: str) -> dict[str, Any]:
        how = f"run `touchstone calibrate DATA --reward {reward}` with this judge first, or write a number"
        entries = [each for each in self._entries() if each["reward"] == reward]
        if (unjudged := next((each for each in entries if not each["judge"]), None)) is not None:
            return unjudged
        if judge is None:
            raise CalibrationError(f"the service names no judge, so that no threshold of {reward} belongs to it; {how}")
        found = next((each for each in entries if each["judge"] == judge), None)
        if found is None:
            known = ", ".join(sorted(each["judge"] for each in entries)) or "none"
            raise CalibrationError(
                f"{self.path} has no threshold of {reward} for the judge {judge} (it has: {known}); {how}"
            )
        return found

    def _entries(self) -> list[dict[str, Any]]:
        try:
            whole = json.loads(self.path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return []
        except (OSError, ValueError) as error:
            raise CalibrationError(f"{self.path} cannot be read: {error}; mend it, or move it away") from error
        found = whole.get("calibrations") if isinstance(whole, dict) else None
        if not isinstance(found, list) or not all(_is_entry(each) for each in found):
            raise CalibrationError(f"{self.path} holds no calibrations; move it away, or name another file")
        return found


def unreached(figures: Mapping[str, Any]) -> str:
    """Return that the precision which was asked for cannot be had, and what to do, from a calibration's figures."""
    most = figures["most_precise"]["kept_precision"]
    return (
        f"no threshold reaches --precision {figures['precision']:g}, at most {most:.1%} of what is kept is right; "
        "calibrate with a lower --precision, with more solutions or with another judge, or write a number"
    )


def _key(entry: Mapping[str, Any]) -> tuple[str, str]:
    return entry["judge"], entry["reward"]


def _is_entry(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("judge"), str)
        and isinstance(value.get("reward"), str)
        and (isinstance(value.get("threshold"), int | float) or _is_without(value))
    )


def _is_without(entry: Mapping[str, Any]) -> bool:
    """Return whether a calibration says that there is no threshold, and why."""
    figures = entry.get("figures")
    return "threshold" in entry and entry["threshold"] is None and isinstance(figures, dict) and "precision" in figures
