"""An evidence bundle as it is handed over: a folder or a zip that explains itself and needs no network."""

import io
import json
import zipfile
from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from audit.evidence import INSTRUCTIONS, VERIFIER, Evidence
from audit.policy import Policy

EVIDENCE = "evidence.json"
PAGE = "verifier.html"
KEY = "vkey"
POLICY = "tlog-policy"
READ_ME = "README.txt"

_UNDATED = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY = 0o600
_READ_ME = """\
{origin}: {count} log entries with their proofs

{instructions}

evidence.json   the entries: leaf, payload where it is shown, salt, proof; and the signed checkpoint
verifier.html   checks evidence.json on your own device
vkey            the log's key as the log itself states it; compare it with the one you know
                from elsewhere, for a bundle cannot vouch for its own key
{witnesses}{years}
Decided under policy version: {policies}
"""
_YEARS = """\
evidence-2.json and on: the same of later shards of the log, each with a key of its own in vkey;
                check all files together, with all keys
"""
_WITNESSES = """\
tlog-policy     the witnesses that the log asks, who cosigned the checkpoint (c2sp.org/tlog-policy);
                check by the one you hold: doelpoort audit verify-evidence --policy FILE
"""


def with_open(evidence: Evidence, opened: Container[int]) -> Evidence:
    """Show the payloads of the places ``opened`` only; leaves and proofs stay as they are."""
    entries = tuple(
        one if evidence.base + one.index in opened else replace(one, payload="", salt="")
        for one in evidence.entries
    )
    return replace(evidence, entries=entries)


def files(bundles: Sequence[Evidence], policy: Policy | None = None) -> Mapping[str, bytes]:
    """Return the files of a bundle by name; the policy is among them where the bundle meets it.

    Of entries of several shards there is a file of evidence for each, oldest first, and all keys
    stand in the file of keys, one a line.
    """
    met = policy if policy and policy.digest in {one.policy for one in bundles} else None
    leaves = [json.loads(one.leaf) for evidence in bundles for one in evidence.entries]
    policies = sorted({leaf["policy"] for leaf in leaves if "policy" in leaf})
    said = _READ_ME.format(
        origin=", ".join(evidence.origin for evidence in bundles),
        count=len(leaves),
        instructions=INSTRUCTIONS,
        policies=", ".join(policies) or "none",
        witnesses=_WITNESSES if met else "",
        years=_YEARS if len(bundles) > 1 else "",
    )
    known = {POLICY: met.raw} if met else {}
    known |= {_name(number): one.encode() for number, one in enumerate(bundles, 1)}
    return known | {
        PAGE: VERIFIER.read_bytes(),
        KEY: "".join(f"{one.vkey}\n" for one in bundles).encode(),
        READ_ME: said.encode(),
    }


def _name(number: int) -> str:
    return EVIDENCE if number == 1 else f"evidence-{number}.json"


def write_folder(bundle: Mapping[str, bytes], folder: Path) -> None:
    """Write a bundle into a new folder, for the owner only; raises ``FileExistsError``."""
    folder.mkdir(mode=0o700, parents=True)
    for name, content in bundle.items():
        path = folder / name
        path.touch(mode=_OWNER_ONLY)
        path.write_bytes(content)


def zipped(bundle: Mapping[str, bytes]) -> bytes:
    """Return a bundle as a zip; the same bundle gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in bundle.items():
            entry = zipfile.ZipInfo(name, _UNDATED)
            entry.external_attr = _OWNER_ONLY << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content)
    return out.getvalue()
