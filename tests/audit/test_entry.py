"""An entry's leaf names nobody, and its commitment holds its payload."""

import json
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.entry import (
    EntryError,
    canonical,
    check_leaf,
    check_payload,
    commit,
    read_leaf,
    read_payload,
)
from tests.audit.worlds import ORIGIN, event, submission, write_leaf, write_payload

EVENT = event(1)
LEAF = submission(1).leaf
COMMITMENT = commit(b"salted")
RAW = write_leaf(EVENT, LEAF, ORIGIN, COMMITMENT)
SECRET = "999900006"


def test_a_leaf_is_canonical_json() -> None:
    """Keys are sorted, nothing is spaced, and the log adds version, id, origin and commitment."""
    assert write_leaf(EVENT, {"type": "t", "at": 1}, "log.example", b"\x0c" * 32) == (
        b'{"at":1,"c":"%b","id":"%b","log":"log.example","type":"t","v":1}'
        % (b"0c" * 32, EVENT.hex().encode())
    )


@given(
    st.recursive(
        st.text() | st.integers(-(2**53), 2**53),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_what_is_hashed_is_what_any_json_library_writes(value: object) -> None:
    """Canonical JSON is sorted, without spaces, in UTF-8, and escapes no more than JSON demands."""
    written = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value) == written.encode()


def test_a_leaf_reads_back() -> None:
    """What the log wrote it can read."""
    leaf = read_leaf(RAW)
    assert (leaf.event_id, leaf.origin, leaf.commitment) == (EVENT, ORIGIN, COMMITMENT)


@pytest.mark.parametrize(
    "change",
    [
        {"bsn": SECRET},
        {"type": 7},
        {"at": "now"},
        {"at": True},
        {"at": -1},
        {"at": 2**53},
        {"at": 1.0},
        {"purpose": None},
        {"basis": ["R-017"]},
        {"outcome": "x" * 1025},
        {"outcome": "two\nlines"},
        {"outcome": "\ud800"},
        {"id": "00"},
        {"c": "00"},
    ],
)
def test_a_leaf_takes_nothing_off_the_list(change: dict[str, object]) -> None:
    """Another key, type, range or length is refused, and the value is never echoed."""
    with pytest.raises(EntryError) as caught:
        check_leaf({**LEAF, **change})
    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("key", ["type", "at"])
def test_a_leaf_needs_type_and_time(key: str) -> None:
    """A leaf without its type or time is refused."""
    with pytest.raises(EntryError, match=key):
        check_leaf({name: value for name, value in LEAF.items() if name != key})


@pytest.mark.parametrize(
    "payload",
    [
        {"id": "x"},
        {"count": 1},
        {"prev": -1},
        {"weight": 0.5},
        {"gone": None},
        {"yes": True},
        {"large": 2**53},
        {"cut": "\udc00"},
        {"raw": b"bytes"},
        {"frozen": MappingProxyType({})},
        {"deep": [[[[[[[[[1]]]]]]]]]},
        {"inner": {"number": [0.5]}},
        {"inner": {7: "seven"}},
    ],
)
def test_a_payload_takes_what_can_be_written_in_one_way(payload: dict[str, object]) -> None:
    """Fractions, nothing, truth values, broken text and the log's own keys are refused."""
    with pytest.raises(EntryError):
        check_payload(payload)


@given(
    st.dictionaries(
        st.text(st.characters(blacklist_categories=["Cs"])).map(lambda text: f"key {text}"),
        st.recursive(
            st.integers(-(2**53) + 1, 2**53 - 1)
            | st.text(st.characters(blacklist_categories=["Cs"])),
            lambda inner: st.lists(inner, max_size=3),
            max_leaves=5,
        ),
        max_size=4,
    ),
    st.none() | st.tuples(st.integers(1, 2**40), st.integers(-1, 2**40)),
)
def test_a_payload_reads_back(payload: dict[str, object], link: tuple[int, int] | None) -> None:
    """Event id and link of a written payload can be read, whatever else it holds."""
    check_payload(payload)
    salted = write_payload(EVENT, payload, link, b"\x01" * 32)
    read = read_payload(salted)
    assert (read.event_id, read.link) == (EVENT.hex(), link)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 60_000,
        b"\xff" * 40,
        b"1" * 5_000,
        RAW + b" ",
        RAW.replace(b'"v":1', b'"v":2'),
        RAW.replace(b'"v":1', b'"v":true'),
        RAW.replace(b'"v":1', b'"v":1.0'),
        RAW.replace(b'"v":1', b'"w":1'),
        RAW.replace(b'"type"', b'"t\\u0079pe"'),
        RAW.replace(b'"log":"%b"' % ORIGIN.encode(), b'"log":7'),
        RAW.replace(EVENT.hex().encode(), EVENT.hex().upper().encode()),
        RAW.replace(EVENT.hex().encode(), EVENT.hex().encode()[:-2]),
        RAW.replace(COMMITMENT.hex().encode(), b"g" * 64),
        canonical({"at": 1, "type": "t", "v": 1, "log": ORIGIN}),
    ],
)
def test_other_bytes_are_no_leaf(raw: bytes) -> None:
    """Only what the log would write reads as a leaf; all else is one kind of error."""
    with pytest.raises(EntryError):
        read_leaf(raw)


@pytest.mark.parametrize(
    "payload",
    [b"", b"{}", b'{"id":7}', b'{"count":1,"id":"x"}', b'{"count":1.0,"id":"x","prev":0}', b"{ }"],
)
def test_other_bytes_are_no_payload(payload: bytes) -> None:
    """A payload without its event or with half a link is refused."""
    with pytest.raises(EntryError):
        read_payload(bytes(32) + payload)


def test_the_commitment_covers_salt_and_payload() -> None:
    """Another salt or payload gives another commitment."""
    one = write_payload(EVENT, {"actor": "a"}, None, b"\x01" * 32)
    other = write_payload(EVENT, {"actor": "b"}, None, b"\x01" * 32)
    salted = write_payload(EVENT, {"actor": "a"}, None, b"\x02" * 32)
    assert len({commit(one), commit(other), commit(salted)}) == 3
