"""The soft overlong punishment of DAPO, which several trainers publish."""


def soft_punishment(tokens: int, longest: int, cache: int) -> float:
    """Return 0 up to `longest - cache` tokens, -1 above `longest`, and what lies on the line between."""
    free = longest - cache
    if tokens <= free:
        return 0.0
    if tokens <= longest:
        return (free - tokens) / cache
    return -1.0


def unbounded_punishment(tokens: int, longest: int, cache: int, factor: float, floor: float) -> float:
    """Return the same line without an end at -1, times `factor`; below `floor` nothing is returned but `floor`."""
    value = min(-(tokens - (longest - cache)) / cache * factor, 0)
    return float(max(value, floor))
