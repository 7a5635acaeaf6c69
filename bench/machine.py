"""What one processor and one disk can do by themselves, so that figures of another hour can be compared."""

import os
import tempfile
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from statistics import quantiles

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

SAMPLE = os.urandom(512)
"""About what one entry's payload is long."""


def said() -> str:
    """Measure for a second, and say it in a line."""
    key, nonce = os.urandom(32), os.urandom(12)
    hashes = _a_second(lambda: sha256(SAMPLE).digest())
    seals = _a_second(lambda: AESGCM(key).encrypt(nonce, SAMPLE, None))
    p50, p95 = _syncs()
    return (
        f"Of 512 bytes, one core: {hashes:,.0f} SHA-256 a second, {seals:,.0f} AES-256-GCM with a new "
        f"key. 16 KiB appended and synced: p50 {p50 * 1e3:.1f}, p95 {p95 * 1e3:.1f} ms."
    )


def stolen() -> float:
    """Return the seconds that the host has kept this machine's processors from it, since its start.

    From /proc/stat (proc(5), ``steal``); 0 where there is none.
    """
    try:
        with Path("/proc/stat").open(encoding="ascii") as file:
            ticks = int(file.readline().split()[8])
    except OSError:
        return 0.0
    return ticks / os.sysconf("SC_CLK_TCK")


def _a_second(work: Callable[[], bytes], times: int = 20_000) -> float:
    """Return how often a second; the best of five, as nothing else can make it faster."""
    took = []
    for _ in range(5):
        began = time.thread_time()
        for _ in range(times):
            work()
        took.append(time.thread_time() - began)
    return times / min(took)


def _syncs(times: int = 200) -> tuple[float, float]:
    """Return the median and the 95th percentile of a write that is waited for, in seconds."""
    took = []
    with tempfile.TemporaryFile() as file:
        for _ in range(times):
            began = time.perf_counter()
            file.write(SAMPLE * 32)
            file.flush()
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - began)
    cuts = quantiles(took, n=100)
    return cuts[49], cuts[94]


if __name__ == "__main__":
    print(said())
