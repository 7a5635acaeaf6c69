"""What the log seals about a subject ends with her log key, and only with that."""

from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.crypto.payloads import LogPayloadSealer
from gateway.crypto.primitives import Algorithm, MessageCipher, nonces, open_message, seal_message
from tests.edges.crypto.people import AMAL, BASHIR, Strongroom

CONTEXT = b"c" * 32


def _sealer(room: Strongroom) -> LogPayloadSealer:
    room.vault.create_keys([AMAL, BASHIR])
    return LogPayloadSealer(room.keyring, room.keys)


def _seal(sealer: LogPayloadSealer, tag: bytes | None, context: bytes, payload: bytes) -> bytes:
    """Seal one payload as a batch of its own."""
    return sealer.for_batch(() if tag is None else (tag,)).seal(tag, context, payload)


@pytest.mark.parametrize("subject", [AMAL.bytes, None], ids=["subject", "none"])
@given(context=st.binary(max_size=40), payload=st.binary(max_size=200))
def test_opens_what_was_sealed(subject: bytes | None, context: bytes, payload: bytes) -> None:
    """A payload comes back in its own context, with a subject or without."""
    sealer = _sealer(Strongroom())
    tag = None if subject is None else sealer.tag(subject)
    assert sealer.open(tag, context, _seal(sealer, tag, context, payload)) == payload


def test_tag_is_where_the_key_is() -> None:
    """The tag of a subject is 16 bytes and names the log key that was made for her."""
    room = Strongroom()
    tag = _sealer(room).tag(AMAL.bytes)
    assert len(tag) == 16
    assert room.keys.get(tag, "log") is not None


def test_destroyed_key_is_gone_at_once() -> None:
    """After her log key is destroyed her payloads are gone, and those of others are not."""
    room = Strongroom()
    sealer = _sealer(room)
    hers, his = sealer.tag(AMAL.bytes), sealer.tag(BASHIR.bytes)
    sealed = [_seal(sealer, tag, CONTEXT, b"payload") for tag in (hers, his, None)]
    room.keys.destroy(hers, "log")
    opened = [
        sealer.open(tag, CONTEXT, one) for tag, one in zip((hers, his, None), sealed, strict=True)
    ]
    assert opened == [None, b"payload", b"payload"]


def test_erasing_the_profile_keeps_the_log() -> None:
    """The profile key can be destroyed while the log of who received what stays readable."""
    room = Strongroom()
    sealer = _sealer(room)
    tag = sealer.tag(AMAL.bytes)
    sealed = _seal(sealer, tag, CONTEXT, b"payload")
    room.keys.destroy(AMAL.bytes, "profile")
    assert sealer.open(tag, CONTEXT, sealed) == b"payload"


def test_a_question_about_nobody_is_on_the_record() -> None:
    """A payload about an unknown subject stays readable and makes no key."""
    room = Strongroom()
    sealer = _sealer(room)
    tag = sealer.tag(b"an invented one.")
    _seal(sealer, None, CONTEXT, b"so that the log's own key exists")
    before = dict(room.keys.rows)
    assert sealer.open(tag, CONTEXT, _seal(sealer, tag, CONTEXT, b"payload")) == b"payload"
    assert room.keys.rows == before


def test_sealing_after_destruction_stays_readable() -> None:
    """What happens about a subject after her log key ended is sealed under the log's own key."""
    room = Strongroom()
    sealer = _sealer(room)
    tag = sealer.tag(AMAL.bytes)
    room.keys.destroy(tag, "log")
    assert sealer.open(tag, CONTEXT, _seal(sealer, tag, CONTEXT, b"payload")) == b"payload"


def test_a_payload_cannot_be_moved() -> None:
    """A payload opens neither in another context, nor for another subject, nor without one."""
    sealer = _sealer(Strongroom())
    hers, his = sealer.tag(AMAL.bytes), sealer.tag(BASHIR.bytes)
    sealed = _seal(sealer, hers, CONTEXT, b"payload")
    for tag, context in ((hers, b"d" * 32), (his, CONTEXT), (None, CONTEXT)):
        with pytest.raises(ValueError, match=r"moved|not a sealed payload"):
            sealer.open(tag, context, sealed)


def test_payload_under_the_own_key_cannot_be_given_to_a_subject() -> None:
    """A payload without a subject does not open as one about an unknown subject, or the reverse."""
    sealer = _sealer(Strongroom())
    unknown = sealer.tag(b"an invented one.")
    for sealed_for, opened_for in ((None, unknown), (unknown, None)):
        with pytest.raises(ValueError, match="moved"):
            sealer.open(opened_for, CONTEXT, _seal(sealer, sealed_for, CONTEXT, b"payload"))


@pytest.mark.parametrize("known", [True, False])
@given(data=st.data())
def test_changed_payload_is_noticed(data: st.DataObject, *, known: bool) -> None:
    """No byte of a payload can change unnoticed."""
    sealer = _sealer(Strongroom())
    tag = sealer.tag(AMAL.bytes) if known else None
    sealed = bytearray(_seal(sealer, tag, CONTEXT, b"payload"))
    sealed[data.draw(st.integers(0, len(sealed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(ValueError, match=r"moved|not a sealed|unknown algorithm"):
        sealer.open(tag, CONTEXT, bytes(sealed))


@given(st.binary(max_size=60))
def test_other_bytes_are_no_payload(sealed: bytes) -> None:
    """Bytes that are not a sealed payload give ``ValueError``, whatever they are."""
    sealer = _sealer(Strongroom())
    for start in (b"", b"\0", b"\1\1\1"):
        with pytest.raises(ValueError, match=r"moved|not a sealed|unknown algorithm"):
            sealer.open(sealer.tag(AMAL.bytes), CONTEXT, start + sealed)


def test_moved_log_key_is_noticed() -> None:
    """A log key put in another subject's row gives ``ValueError``, not her payloads."""
    room = Strongroom()
    sealer = _sealer(room)
    hers, his = sealer.tag(AMAL.bytes), sealer.tag(BASHIR.bytes)
    sealed = _seal(sealer, hers, CONTEXT, b"payload")
    row = room.keys.rows[his, "log", 1]
    room.keys.rows[hers, "log", 1] = replace(row, handle=hers)
    with pytest.raises(ValueError, match="log key: moved or changed"):
        sealer.open(hers, CONTEXT, sealed)


def test_a_batch_knows_only_the_keys_it_asked_for() -> None:
    """A batch that forgot to name a subject fails; it does not seal under another key."""
    sealer = _sealer(Strongroom())
    hers, his = sealer.tag(AMAL.bytes), sealer.tag(BASHIR.bytes)
    batch = sealer.for_batch((hers,))
    assert sealer.open(hers, CONTEXT, batch.seal(hers, CONTEXT, b"payload")) == b"payload"
    with pytest.raises(KeyError):
        batch.seal(his, CONTEXT, b"payload")


def test_the_next_batch_asks_for_its_keys_anew() -> None:
    """A key that was destroyed after one batch seals nothing in the next."""
    room = Strongroom()
    sealer = _sealer(room)
    tag = sealer.tag(AMAL.bytes)
    before = _seal(sealer, tag, CONTEXT, b"payload")
    room.keys.destroy(tag, "log")
    after = _seal(sealer, tag, CONTEXT, b"payload")
    assert (before[:1], after[:1]) == (b"\1", b"\0")
    assert sealer.open(tag, CONTEXT, before) is None


def test_many_messages_under_one_key_are_as_one_alone() -> None:
    """What a message cipher seals, others open and the other way round; no nonce comes twice."""
    key, drawn = b"k" * 32, list(islice(nonces(), 1_000))
    assert len(set(drawn)) == 1_000
    cipher = MessageCipher(key)
    assert open_message(key, CONTEXT, cipher.seal(drawn[0], CONTEXT, b"text")) == b"text"
    alone = seal_message(Algorithm.AES_256_GCM, key, CONTEXT, b"text")
    assert cipher.open(CONTEXT, alone) == b"text"
    for wrong in (alone[:29], b"\x01\x02" + alone[2:], alone[:-1] + b"\x00\x00"):
        with pytest.raises(ValueError, match=r"sealed"):
            cipher.open(CONTEXT, wrong)
