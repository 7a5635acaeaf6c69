"""Tell another logbook all that waits in the outbox, over OTLP/HTTP to a receiver that decodes it.

``python -m bench.outbox [--people 2000]``. The receiver runs in this same process and shares its
time, so that a gate alone does better. Nothing may be missing at the end.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path

from gateway import wiring
from gateway.commands.population import fill
from gateway.settings import Settings
from tests.edges.adapters.logbook.receiver import receiving


def main() -> None:
    """Fill a gate while nobody listens, then tell it all and print how fast."""
    parser = argparse.ArgumentParser(prog="python -m bench.outbox", description=__doc__)
    parser.add_argument("--people", type=int, default=2_000)
    people: int = parser.parse_args().people
    with tempfile.TemporaryDirectory() as folder, receiving() as receiver:
        settings = Settings(data=Path(folder) / "data", mode="demo", logbook_url=receiver.url)
        gateway = wiring.build(settings, create=True)
        asyncio.run(fill(gateway, people))
        assert gateway.project is not None
        waited = asyncio.run(gateway.project.standing()).waiting
        begun, used = time.perf_counter(), time.process_time()
        asyncio.run(gateway.project.drain())
        took, used = time.perf_counter() - begun, time.process_time() - used
        left = asyncio.run(gateway.project.standing())
        assert (left.waiting, left.refused) == (0, 0)
        told = len(receiver.spans())
        gateway.close()
    sys.stdout.write(
        f"{waited} entries waited, {told} told in {len(receiver.requests)} requests: "
        f"{waited / took:,.0f} entries/s ({waited / used:,.0f} a second of processor, receiver included)\n"
    )


if __name__ == "__main__":
    main()
