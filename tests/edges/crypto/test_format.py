"""What was sealed in format 1 still opens, from the bytes in the folder of vectors alone."""

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from gateway.crypto.blind_index import KeyedIndex
from gateway.crypto.payloads import LogPayloadSealer
from gateway.crypto.pseudonyms import PairwisePseudonyms
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import WrappedKey
from gateway.domain.subjects import SealedProfile
from tests.edges.crypto.people import Strongroom

FILE = Path(__file__).parents[2] / "vectors" / "crypto" / "doelpoort_v1.json"
VECTOR: dict[str, Any] = json.loads(FILE.read_text("utf-8"))
SUBJECT = SubjectId(UUID(VECTOR["subject"]))


@pytest.fixture(name="room")
def fixture_room() -> Strongroom:
    """Rebuild the keys of the vector."""
    room = Strongroom(tenant=VECTOR["tenant"])
    room.keys.add(
        [
            WrappedKey(
                bytes.fromhex(row["handle"]),
                row["kind"],
                row["version"],
                bytes.fromhex(row["wrapped"]),
            )
            for row in VECTOR["keys"]
        ]
    )
    return room


@pytest.mark.parametrize("algorithm", ["1", "2"])
def test_profile_opens(room: Strongroom, algorithm: str) -> None:
    """A profile sealed under either algorithm gives its values."""
    parts = bytes.fromhex(VECTOR["parts"][algorithm])
    profile = SealedProfile(SUBJECT, VECTOR["version"], bytes.fromhex(VECTOR["wrapped_key"]), parts)
    opened = room.vault.open(profile, (1 << 161) - 1)
    assert {str(number): value.decode() for number, value in opened.items()} == VECTOR["values"]
    assert parts[:6] == bytes((1, int(algorithm))) + VECTOR["version"].to_bytes(4, "big")


def test_blob_opens(room: Strongroom) -> None:
    """A blob opens under its label and context."""
    blob = VECTOR["blob"]
    opened = room.vault.open_blob(
        blob["label"], bytes.fromhex(blob["context"]), bytes.fromhex(blob["sealed"])
    )
    assert opened.hex() == blob["plaintext"]


def test_payload_opens(room: Strongroom) -> None:
    """A payload of the log opens, with a subject and without, and the tag is the same."""
    payload = VECTOR["payload"]
    sealer = LogPayloadSealer(room.keyring, room.keys)
    tag, context = sealer.tag(SUBJECT.bytes), bytes.fromhex(payload["context"])
    assert tag.hex() == payload["tag"]
    for whose, sealed in ((tag, payload["subject"]), (None, payload["own"])):
        opened = sealer.open(whose, context, bytes.fromhex(sealed))
        assert opened == bytes.fromhex(payload["plaintext"])


def test_reference_stays(room: Strongroom) -> None:
    """A recipient's reference is what it was."""
    reference = PairwisePseudonyms(room.keyring).reference(
        VECTOR["reference"]["recipient"], SUBJECT
    )
    assert str(reference) == VECTOR["reference"]["uuid"]


def test_term_stays(room: Strongroom) -> None:
    """A blind term is what it was."""
    term = VECTOR["term"]
    assert KeyedIndex(room.keyring).term(term["name"], term["value"]).hex() == term["term"]
