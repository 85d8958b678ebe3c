"""What is large goes back to the system when it is freed."""

import platform
import subprocess
import sys

import pytest

FREES_A_BLOCK = """
import os
from service import allocation
from service.metering.process import resident_bytes

allocation.settle()
for _ in range(3):
    block = bytearray(8 << 20)
    del block  # after which glibc would put blocks of half that size on its heap
large = bytearray(4 << 20)
small = [bytes(1_000) for _ in range(1_000)]
before = resident_bytes(os.getpid())
del large
print(before - resident_bytes(os.getpid()))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library has ways of its own")
def test_a_large_block_leaves_no_hole() -> None:
    """Although something small was put behind it."""
    done = subprocess.run([sys.executable, "-c", FREES_A_BLOCK], capture_output=True, text=True, check=True)
    assert int(done.stdout) > 3 << 20
