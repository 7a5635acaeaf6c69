"""A profile is sealed field by field: opening one opens no other, and none can be moved.

Associated data of a value: ``doelpoort profile`` and a zero byte, algorithm (1), length of the tenant
(2), tenant, subject id (16), version of the profile (4), field number (4). Of the header: the same
with ``ff ff ff ff`` for the field number, then the header itself. So a value opens only in its own
tenant, subject, field and version, and a field that was taken out is noticed too.
"""

from collections.abc import Mapping, Sequence
from secrets import token_bytes

from cryptography.exceptions import InvalidTag

from gateway.crypto.keyring import LOG, PROFILE, Keyring
from gateway.crypto.layout import (
    FIELD_LIMIT,
    PREFIX_SIZE,
    Layout,
    check_length,
    read_layout,
    values_in,
    write_header,
)
from gateway.crypto.primitives import (
    KEY_SIZE,
    Aead,
    Algorithm,
    aead,
    hkdf_sha256,
    open_message,
    seal_message,
)
from gateway.domain.errors import UnreadableValueError
from gateway.domain.identifiers import SubjectId
from gateway.domain.keys import KeyRetiredError, KeyStore
from gateway.domain.subjects import SealedProfile
from gateway.domain.versions import ReplayedValueError

_HEADER = b"\xff\xff\xff\xff"
_FIELD = tuple(number.to_bytes(4, "big") for number in range(FIELD_LIMIT))


class FieldVault:
    """Seals and opens values for one tenant; the port is ``gateway.domain.ports.Vault``.

    ``algorithm`` is what new values are sealed with; values sealed with another one still open.
    """

    def __init__(
        self,
        keyring: Keyring,
        keys: KeyStore,
        tenant: str,
        algorithm: Algorithm = Algorithm.AES_256_GCM,
    ) -> None:
        self._keyring = keyring
        self._keys = keys
        self._algorithm = algorithm
        name = tenant.encode("utf-8")
        self._tenant = len(name).to_bytes(2, "big") + name

    def create_keys(self, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, bytes]:
        """Make profile and log keys for new subjects, durable on return; wrapped profile keys.

        Raises ``KeyExistsError`` when one of them has keys already; then none is made.
        """
        try:
            return self._created(subjects)
        except KeyRetiredError:  # the keys were rotated since this gate looked
            self._keyring.refresh()
            return self._created(subjects)

    def _created(self, subjects: Sequence[SubjectId]) -> Mapping[SubjectId, bytes]:
        ring = self._keyring
        profile_keys = [ring.wrap_new(subject.bytes, PROFILE) for subject in subjects]
        log_keys = [ring.wrap_new(ring.subject_tag(subject.bytes), LOG) for subject in subjects]
        self._keys.add((*profile_keys, *log_keys))
        return {subject: key.wrapped for subject, key in zip(subjects, profile_keys, strict=True)}

    def seal(self, profile: SealedProfile, values: Mapping[int, bytes]) -> bytes:
        """Seal values by field number under the profile's key, bound to subject, field, version."""
        cipher = aead(self._algorithm, self._key(profile))
        bound = self._binding(profile, self._algorithm)
        prefix = token_bytes(PREFIX_SIZE)
        present, sealed = 0, []
        for number in sorted(values):
            field = _FIELD[number]
            sealed.append(cipher.encrypt(prefix + field, values[number], bound + field))
            present |= 1 << number
        sizes = [len(value) for value in sealed]
        header = write_header(self._algorithm, profile.version, prefix, present, sizes)
        tag = cipher.encrypt(prefix + _HEADER, b"", bound + _HEADER + header)
        return b"".join((header, tag, *sealed))

    def open(self, profile: SealedProfile, fields: int) -> Mapping[int, bytes]:
        """Open only the fields of the mask; absent ones are left out.

        Raises ``UnreadableValueError`` when a value was moved, changed, or its key is gone, and
        ``ReplayedValueError`` when the log knows a newer profile.
        """
        if profile.version < profile.logged:
            raise ReplayedValueError(profile.version, profile.logged)
        layout = read_layout(profile.parts)
        cipher = self._cipher(profile, layout)
        bound = self._binding(profile, layout.algorithm)
        _verify(cipher, bound, layout, profile.parts)
        opened: dict[int, bytes] = {}
        decrypt, prefix, number = cipher.decrypt, layout.prefix, -1
        try:
            for number, sealed in values_in(layout, fields, profile.parts):
                field = _FIELD[number]
                opened[number] = decrypt(prefix + field, sealed, bound + field)
        except InvalidTag:
            raise UnreadableValueError(f"field {number}: moved or changed") from None
        return opened

    def seal_blob(self, label: str, context: bytes, plaintext: bytes) -> bytes:
        """Seal bytes that belong to no subject under a key of their own for each ``label``."""
        return seal_message(
            self._algorithm, self._blob_key(label), self._tenant + context, plaintext
        )

    def open_blob(self, label: str, context: bytes, sealed: bytes) -> bytes:
        """Open what ``seal_blob`` sealed; raises ``UnreadableValueError``."""
        try:
            return open_message(self._blob_key(label), self._tenant + context, sealed)
        except ValueError as error:
            raise UnreadableValueError(f"{label}: {error}") from None

    def _key(self, profile: SealedProfile) -> bytes:
        return self._keyring.unwrap(profile.subject.bytes, PROFILE, profile.wrapped_key)

    def _cipher(self, profile: SealedProfile, layout: Layout) -> Aead:
        if layout.version != profile.version:
            raise UnreadableValueError("header: another version of the profile")
        try:
            return aead(layout.algorithm, self._key(profile))
        except ValueError as error:
            raise UnreadableValueError(f"header: {error}") from None

    def _binding(self, profile: SealedProfile, algorithm: int) -> bytes:
        return b"".join(
            (
                b"doelpoort profile\0",
                algorithm.to_bytes(1, "big"),
                self._tenant,
                profile.subject.bytes,
                profile.version.to_bytes(4, "big"),
            )
        )

    def _blob_key(self, label: str) -> bytes:
        named = self._keyring.named(label)
        return hkdf_sha256(named, b"", b"doelpoort blob\0" + label.encode("ascii"), KEY_SIZE)


def _verify(cipher: Aead, bound: bytes, layout: Layout, parts: bytes) -> None:
    header, tag = parts[: layout.tag_at], parts[layout.tag_at : layout.values_at]
    try:
        cipher.decrypt(layout.prefix + _HEADER, tag, bound + _HEADER + header)
    except InvalidTag:
        raise UnreadableValueError("header: moved or changed") from None
    check_length(layout, parts)
