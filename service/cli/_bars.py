"""Bars made of characters."""

_WIDTH = 30
_EIGHTHS = " ▏▎▍▌▋▊▉"


def bar(share: float) -> str:
    """Return a bar for a share from 0 to 1; more than nothing is always seen."""
    eighths = round(min(1.0, max(0.0, share)) * _WIDTH * 8)
    if share > 0:
        eighths = max(1, eighths)
    whole, part = divmod(eighths, 8)
    return "█" * whole + (_EIGHTHS[part] if part else "")
