"""How the C library hands out memory, for a process that runs for weeks.

Left to itself, glibc puts a large block on its heap once it has freed one as large. The tables of the memory of
outcomes are such blocks: they grow, are copied and freed all day, and each time leave a hole that something small moves
into. The process grew by a tenth in ten minutes of load for that alone.
"""

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD = -3
"""The parameter's number in malloc.h."""
_LARGE_BYTES = 1 << 20


def settle() -> None:
    """Have blocks of a megabyte or more go back to the system when they are freed, where the C library is glibc."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
