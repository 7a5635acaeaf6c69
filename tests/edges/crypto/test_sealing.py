"""Sealed values open for the fields asked, in their own place, and nowhere else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.crypto.layout import read_layout
from gateway.crypto.primitives import Algorithm
from gateway.domain.errors import UnreadableValueError
from gateway.domain.keys import KeyExistsError
from gateway.domain.subjects import SealedProfile
from tests.edges.crypto.people import AMAL, BASHIR, Strongroom

VALUES = {3: b'"Amal"', 17: b'"1990-04-12"', 160: b"null"}
EVERYTHING = (1 << 161) - 1
ALGORITHMS = tuple(Algorithm)

values = st.dictionaries(st.integers(0, 400), st.binary(max_size=60), max_size=12)


def _sealed(room: Strongroom, version: int = 1) -> SealedProfile:
    profile = room.empty(AMAL, version)
    return replace(profile, parts=room.vault.seal(profile, VALUES))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_opens_what_was_sealed(algorithm: Algorithm) -> None:
    """All values come back under both algorithms, and stay closed to the eye."""
    room = Strongroom(algorithm=algorithm)
    profile = _sealed(room)
    assert room.vault.open(profile, EVERYTHING) == VALUES
    assert not any(value in profile.parts for value in VALUES.values())


@given(values, st.integers(0, (1 << 401) - 1))
def test_opens_masked_fields_only(sealed: dict[int, bytes], fields: int) -> None:
    """Exactly the fields that are both present and in the mask come back."""
    room = Strongroom()
    profile = room.empty(AMAL)
    profile = replace(profile, parts=room.vault.seal(profile, sealed))
    expected = {number: value for number, value in sealed.items() if fields >> number & 1}
    assert room.vault.open(profile, fields) == expected


def test_a_field_not_asked_is_not_touched() -> None:
    """A broken value hurts those who ask for it and nobody else."""
    room = Strongroom()
    profile = _sealed(room)
    broken = replace(profile, parts=profile.parts[:-1] + bytes((profile.parts[-1] ^ 1,)))
    assert room.vault.open(broken, 1 << 3 | 1 << 17) == {3: VALUES[3], 17: VALUES[17]}
    with pytest.raises(UnreadableValueError, match="field 160: moved or changed"):
        room.vault.open(broken, 1 << 160)


def test_switching_the_algorithm_keeps_old_values_open() -> None:
    """A gate that seals more strictly now still opens what it sealed before."""
    room = Strongroom()
    profile = _sealed(room)
    strict = replace(room, algorithm=Algorithm.AES_256_GCM_SIV)
    assert strict.vault.open(profile, EVERYTHING) == VALUES
    resealed = replace(profile, parts=strict.vault.seal(profile, VALUES))
    assert resealed.parts[1] == 2
    assert room.vault.open(resealed, EVERYTHING) == VALUES


def test_two_sealings_share_no_nonce() -> None:
    """Sealing the same values twice gives other bytes in every part."""
    room = Strongroom()
    one = _sealed(room)
    again = room.vault.seal(one, VALUES)
    layout, other = read_layout(one.parts), read_layout(again)
    assert layout.prefix != other.prefix
    assert one.parts[layout.values_at :] != again[other.values_at :]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@given(data=st.data())
def test_changed_bytes_are_noticed(algorithm: Algorithm, data: st.DataObject) -> None:
    """No byte of a sealed profile can change unnoticed when all of it is opened."""
    room = Strongroom(algorithm=algorithm)
    profile = _sealed(room)
    changed = bytearray(profile.parts)
    changed[data.draw(st.integers(0, len(changed) - 1))] ^= data.draw(st.integers(1, 255))
    with pytest.raises(UnreadableValueError, match=r"header|values|field"):
        room.vault.open(replace(profile, parts=bytes(changed)), EVERYTHING)


@given(st.integers(0, 200))
def test_cut_profile_is_noticed(keep: int) -> None:
    """A profile that was cut short does not open, whatever is asked of it."""
    room = Strongroom()
    profile = _sealed(room)
    with pytest.raises(UnreadableValueError, match=r"header|values"):
        room.vault.open(replace(profile, parts=profile.parts[: keep % len(profile.parts)]), 1)


@given(st.binary(max_size=200))
def test_other_bytes_are_no_profile(parts: bytes) -> None:
    """Bytes that are not a sealed profile give the one error, whatever they are."""
    room = Strongroom()
    profile = room.empty(AMAL)
    for start in (b"", b"\1\1\0\0\0\1", b"\1\2\0\0\0\1" + bytes(8)):
        with pytest.raises(UnreadableValueError, match="header"):
            room.vault.open(replace(profile, parts=start + parts), EVERYTHING)


def test_added_bytes_are_noticed() -> None:
    """A profile with something behind it does not open."""
    room = Strongroom()
    profile = _sealed(room)
    with pytest.raises(UnreadableValueError, match="values: another length"):
        room.vault.open(replace(profile, parts=profile.parts + b"\0"), 1 << 3)


def test_removed_field_is_noticed() -> None:
    """A field taken out of the bitmap is noticed even by those who ask for another one."""
    room = Strongroom()
    profile = _sealed(room)
    bitmap = int.from_bytes(profile.parts[15:36], "big") ^ 1 << 160
    forged = profile.parts[:15] + bitmap.to_bytes(21, "big") + profile.parts[36:]
    with pytest.raises(UnreadableValueError, match="header: moved or changed"):
        room.vault.open(replace(profile, parts=forged), 1 << 3)


def test_swapped_values_are_noticed() -> None:
    """Two values of one profile cannot change places, though both are genuine."""
    room = Strongroom()
    profile = room.empty(AMAL)
    parts = room.vault.seal(profile, {1: b"first.", 2: b"second"})
    at = read_layout(parts).values_at
    swapped = parts[:at] + parts[at + 22 :] + parts[at : at + 22]
    with pytest.raises(UnreadableValueError, match="field 2: moved or changed"):
        room.vault.open(replace(profile, parts=swapped), 1 << 2)


def test_value_of_another_sealing_is_noticed() -> None:
    """A value of an earlier sealing of the same version cannot be put back."""
    room = Strongroom()
    profile = room.empty(AMAL)
    old, new = (room.vault.seal(profile, {1: value}) for value in (b"before", b"after."))
    at = read_layout(new).values_at
    with pytest.raises(UnreadableValueError, match="field 1: moved or changed"):
        room.vault.open(replace(profile, parts=new[:at] + old[at:]), 1 << 1)


def test_earlier_version_cannot_be_replayed() -> None:
    """The parts of version 1 do not open as version 2, even with the version written over."""
    room = Strongroom()
    profile = _sealed(room, version=1)
    later = replace(profile, version=2)
    with pytest.raises(UnreadableValueError, match="another version"):
        room.vault.open(later, EVERYTHING)
    forged = profile.parts[:2] + (2).to_bytes(4, "big") + profile.parts[6:]
    with pytest.raises(UnreadableValueError, match="header: moved or changed"):
        room.vault.open(replace(later, parts=forged), EVERYTHING)


def test_another_subject_cannot_take_the_values() -> None:
    """Values moved to another subject do not open with her key, nor with their own key moved along."""
    room = Strongroom()
    amal, bashir = _sealed(room), room.empty(BASHIR)
    with pytest.raises(UnreadableValueError, match="header: moved or changed"):
        room.vault.open(replace(bashir, parts=amal.parts), EVERYTHING)
    with pytest.raises(UnreadableValueError, match="profile key: moved or changed"):
        room.vault.open(replace(amal, subject=BASHIR), EVERYTHING)


def test_another_tenant_is_refused() -> None:
    """With the same keys, a gate of another tenant opens neither values nor blobs."""
    room = Strongroom()
    profile = _sealed(room)
    blob = room.vault.seal_blob("delivery", b"row 1", b"text")
    other = replace(room, tenant="elsewhere").vault
    with pytest.raises(UnreadableValueError, match="header: moved or changed"):
        other.open(profile, 1 << 3)
    with pytest.raises(UnreadableValueError, match="delivery: moved, changed"):
        other.open_blob("delivery", b"row 1", blob)


def test_without_its_key_a_profile_is_gone() -> None:
    """A profile whose wrapped key was destroyed does not open."""
    room = Strongroom()
    profile = _sealed(room)
    with pytest.raises(UnreadableValueError, match="profile key: gone"):
        room.vault.open(replace(profile, wrapped_key=b""), EVERYTHING)


def test_keys_are_stored_before_they_are_used() -> None:
    """Each new subject has a profile key under her id and a log key under her tag."""
    room = Strongroom()
    made = room.vault.create_keys([AMAL, BASHIR])
    for subject in (AMAL, BASHIR):
        profile_key = room.keys.get(subject.bytes, "profile")
        assert profile_key is not None
        assert profile_key.wrapped == made[subject]
        assert room.keys.get(room.keyring.subject_tag(subject.bytes), "log") is not None


def test_keys_of_a_known_subject_stay() -> None:
    """Asking keys for a known subject is an error, and the new one beside her gets none."""
    room = Strongroom()
    room.vault.create_keys([AMAL])
    with pytest.raises(KeyExistsError):
        room.vault.create_keys([BASHIR, AMAL])
    assert room.keys.get(BASHIR.bytes, "profile") is None


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_blob_opens_in_its_own_context(algorithm: Algorithm) -> None:
    """A blob opens under its label and context, and under no other."""
    vault = Strongroom(algorithm=algorithm).vault
    sealed = vault.seal_blob("delivery", b"row 1", b"text")
    assert vault.open_blob("delivery", b"row 1", sealed) == b"text"
    for label, context in (("delivery", b"row 2"), ("report", b"row 1")):
        with pytest.raises(UnreadableValueError, match=f"{label}: moved, changed"):
            vault.open_blob(label, context, sealed)


@given(st.binary(max_size=60))
def test_other_bytes_are_no_blob(sealed: bytes) -> None:
    """Bytes that are not a sealed blob give the one error, whatever they are."""
    vault = Strongroom().vault
    for start in (b"", b"\1", b"\1\1", b"\1\3"):
        with pytest.raises(UnreadableValueError, match="delivery: "):
            vault.open_blob("delivery", b"", start + sealed)
