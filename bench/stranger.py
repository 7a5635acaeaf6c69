"""Let a stranger check a large export: the Go project's own code, which we did not write.

Needs ``go`` and ``golang.org/x/mod`` (Debian: golang-go, golang-golang-x-mod-dev). Then one byte of
an entry, a tile, the checkpoint and a proof is changed in turn, and each must be refused.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.proof import TlogProof
from bench.rig import Rig, rig

SOURCE = Path(__file__).parent / "stranger" / "verify.go"
BATCH = 1_000


def fill(made: Rig, size: int) -> None:
    """Append entries until the log has so many."""
    while (rest := size - made.gateway.audit.head().size) > 0:
        made.log.append([made.submission() for _ in range(min(rest, BATCH))])


def write_proofs(made: Rig, path: Path, samples: int) -> None:
    """Write proofs of entries spread over the log, and from older sizes to the last."""
    audit = made.gateway.audit
    size = audit.head().size
    spread = [size * nth // samples for nth in range(samples)]
    proofs = {
        "inclusion": {
            str(index): _texts(TlogProof.decode(audit.prove(index)).hashes)
            for index in (*spread, size - 1)
        },
        "consistency": {
            str(old): _texts(audit.publication.prove_consistency(old, size))
            for old in (*spread[1:], size)
        },
    }
    path.write_text(json.dumps(proofs), encoding="ascii")


def _texts(hashes: tuple[bytes, ...]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]


def verifies(program: Path, export: Path) -> bool:
    """Run the stranger's check and show what it says."""
    checked = subprocess.run([program, export], check=False, capture_output=True, text=True)  # noqa: S603 - what we built
    sys.stdout.write(checked.stdout + checked.stderr[:500])
    return checked.returncode == 0


def build(folder: Path) -> Path:
    """Compile the stranger."""
    program = folder / "verify"
    where = ["GO111MODULE=off", "GOPATH=/usr/share/gocode", f"GOCACHE={folder / 'cache'}"]
    words = ["env", *where, "go", "build", "-o", str(program), str(SOURCE)]
    subprocess.run(words, check=True)  # noqa: S603 - Debian's compiler, our own words
    return program


@contextmanager
def changed(path: Path, at: int) -> Iterator[None]:
    """Flip one bit of a file for a while."""
    whole = path.read_bytes()
    path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    yield
    path.write_bytes(whole)


def main() -> int:
    """Make the log, export it, and have it checked whole and bent; 0 when all is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m bench.stranger", description=__doc__)
    parser.add_argument("--entries", type=int, default=100_001)
    parser.add_argument("--proofs", type=int, default=1_000)
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, rig() as made:
        folder = Path(name)
        export = folder / "export"
        fill(made, wanted.entries)
        made.gateway.audit.export(export, payloads=False)
        write_proofs(made, folder / "proofs.json", wanted.proofs)
        program = build(folder)
        check: Callable[[], bool] = lambda: verifies(program, export)  # noqa: E731 - said once, used thrice
        good = check()
        for path in ("tile/entries/007", "tile/0/011", "checkpoint", "../proofs.json"):
            with changed(export / path, at=100):
                good &= not check()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
