"""An evidence bundle as it is handed over: a folder or a zip that explains itself and needs no network."""

import io
import json
import zipfile
from collections.abc import Container, Mapping
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
{witnesses}
Decided under policy version: {policies}
"""
_WITNESSES = """\
tlog-policy     the witnesses that the log asks, who cosigned the checkpoint (c2sp.org/tlog-policy);
                check by the one you hold: doelpoort audit verify-evidence --policy FILE
"""


def with_open(evidence: Evidence, opened: Container[int]) -> Evidence:
    """Show the payloads of ``opened`` only; leaves and proofs stay as they are."""
    entries = tuple(
        one if one.index in opened else replace(one, payload="", salt="")
        for one in evidence.entries
    )
    return replace(evidence, entries=entries)


def files(evidence: Evidence, policy: Policy | None = None) -> Mapping[str, bytes]:
    """Return the files of a bundle by name; the policy is among them where the bundle meets it."""
    met = policy if policy is not None and policy.digest == evidence.policy else None
    leaves = [json.loads(one.leaf) for one in evidence.entries]
    policies = sorted({leaf["policy"] for leaf in leaves if "policy" in leaf})
    said = _READ_ME.format(
        origin=evidence.vkey.split("+", 1)[0],
        count=len(leaves),
        instructions=INSTRUCTIONS,
        policies=", ".join(policies) or "none",
        witnesses=_WITNESSES if met else "",
    )
    known = {POLICY: met.raw} if met else {}
    return known | {
        EVIDENCE: evidence.encode(),
        PAGE: VERIFIER.read_bytes(),
        KEY: f"{evidence.vkey}\n".encode(),
        READ_ME: said.encode(),
    }


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
