"""An evidence bundle convinces a stranger, in Python and in a browser, and only while it is true."""

import json
import re
import shutil
import subprocess
from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from audit.bundle import files
from audit.checkpoint import sign_checkpoint
from audit.cosigner import Ed25519Cosigner, MlDsaCosigner, publish
from audit.entry import canonical
from audit.evidence import (
    VERIFIER,
    Evidence,
    EvidenceError,
    Examined,
    gather_evidence,
    verify_evidence,
)
from audit.export import ExportError, Publication
from audit.findings import Fault
from audit.policy import Policy, Witnessed
from tests.audit.worlds import ORIGIN, World, signer, submission

KEY = signer().verifier
WORLD = World().fill(300, subjects=3)
MINE = [index for index in range(300) if index % 4 == 1][:6]
POLICY = Policy.parse(f"log {KEY}\nquorum none\n".encode())
WITNESSED = Witnessed(POLICY, WORLD.storage.head().checkpoint)
BUNDLE = gather_evidence(WORLD.storage, KEY, MINE, WORLD.sealer, WITNESSED).encode()

PAGE = VERIFIER.read_text(encoding="utf-8")
HARNESS = """
const given = JSON.parse(require("fs").readFileSync(0, "utf8"));
Promise.all(given.map(([text, key]) => verifyBundle(text, key)))
  .then((all) => all.map(({ faults, complete }) => ({ faults, complete })))
  .then((all) => process.stdout.write(JSON.stringify(all)));
"""


def element(tag: str) -> str:
    """Cut the one element of the page out."""
    (body,) = re.findall(rf"<{tag}>(.*?)</{tag}>", PAGE, re.DOTALL)
    return str(body)


def in_browser(
    folder: Path, bundles: Sequence[bytes], key: str = str(KEY), harness: str = HARNESS
) -> list[dict[str, Any]]:
    """Let the page's script check bundles, as a browser would."""
    node = shutil.which("node")
    assert node, "the page's script is tested with node, which is not installed"
    program = folder / "verifier.js"
    program.write_text(element("script") + harness, encoding="utf-8")
    given = json.dumps([[bundle.decode(), key] for bundle in bundles])
    done = subprocess.run(  # noqa: S603 - our own words
        [node, str(program)], input=given, capture_output=True, text=True, check=True, timeout=120
    )
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def edited(change: Callable[[dict[str, Any]], object]) -> bytes:
    """Change the bundle's content, and write it again."""
    stored = json.loads(BUNDLE)
    change(stored)
    return canonical(stored) + b"\n"


def test_a_bundle_verifies_in_python_and_in_a_browser(tmp_path: Path) -> None:
    """All entries of one person hold, and count from 1 without a gap."""
    assert verify_evidence([BUNDLE], [KEY]) == Examined((), complete=True)
    assert in_browser(tmp_path, [BUNDLE]) == [{"faults": [], "complete": True}]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 255, 256, 257])
def test_every_place_in_logs_of_many_sizes_is_proven(size: int, tmp_path: Path) -> None:
    """The two verifiers agree with the log on its first, last and middle entries."""
    world = World().fill(size)
    chosen = sorted({0, size // 2, size - 1})
    bundle = gather_evidence(world.storage, KEY, chosen, world.sealer).encode()
    assert verify_evidence([bundle], [KEY]).faults == ()
    assert [found["faults"] for found in in_browser(tmp_path, [bundle])] == [[]]


def test_no_flipped_bit_is_believed_by_either(tmp_path: Path) -> None:
    """One character changed anywhere but in the text for reading is found by both verifiers."""
    text = BUNDLE.decode()
    free = [text.index('"instructions"'), text.index('"policy"')]
    spans = [range(text.index(':"', at) + 2, text.index('","', at)) for at in free]
    places = [at for at in range(0, len(text) - 1, 17) if not any(at in span for span in spans)]
    flipped = [
        (text[:at] + chr(ord(text[at]) ^ (1 << at % 3)) + text[at + 1 :]).encode()
        for at in places
        if text[at].isascii() and ord(text[at]) >= 0x20
    ]
    assert len(flipped) > 250
    assert [raw for raw in flipped if not verify_evidence([raw], [KEY]).faults] == []
    found = in_browser(tmp_path, flipped)
    assert [raw for raw, one in zip(flipped, found, strict=True) if not one["faults"]] == []


EDITS: dict[str, tuple[str, Callable[[dict[str, Any]], object]]] = {
    "format": ("bundle: the bundle is of another format", lambda b: b.update(format="x")),
    "key more": ("bundle: the bundle is of another format", lambda b: b.update(more="x")),
    "key less": ("bundle: the bundle is of another format", lambda b: b.pop("policy")),
    "number": ("bundle: the bundle holds what is no text", lambda b: b.update(vkey=1)),
    "no entries": ("bundle: has no entries", lambda b: b.update(entries=[])),
    "entries": ("bundle: the file is no evidence bundle", lambda b: b.update(entries=3)),
    "entry": (
        "bundle: an entry of the bundle is of another format",
        lambda b: b["entries"][0].update(index="1"),
    ),
    "entry key": (
        "bundle: an entry of the bundle is of another format",
        lambda b: b["entries"][0].update(more=""),
    ),
    "proof": (
        "bundle: the bundle holds what is no text",
        lambda b: b["entries"][0].update(proof=[1]),
    ),
    "leaf number": (
        "bundle: the bundle holds what is no text",
        lambda b: b["entries"][0].update(leaf=1),
    ),
    "twice": (
        "bundle: its entries are not in order, each once",
        lambda b: b["entries"].insert(0, b["entries"][0]),
    ),
    "other key": (
        "bundle: its key is not the key this check was given",
        lambda b: b.update(vkey=str(signer(2).verifier)),
    ),
    "unsigned": (
        "checkpoint: no known key signed the note",
        lambda b: b.update(checkpoint=b["checkpoint"].replace("\u2014 gateway", "\u2014 other")),
    ),
    "size": (
        "checkpoint: a signature of a known key is wrong",
        lambda b: b.update(checkpoint=b["checkpoint"].replace("\n300\n", "\n301\n")),
    ),
    "no note": (
        "checkpoint: the note has no signatures after a blank line",
        lambda b: b.update(checkpoint="x\n"),
    ),
    "beyond": (
        "entry 300: the index is outside the tree",
        lambda b: b["entries"][-1].update(index=300),
    ),
    "negative": (
        "entry -1: the index is outside the tree",
        lambda b: b["entries"][0].update(index=-1),
    ),
    "proof cut": ("entry 1: the proof is too short", lambda b: b["entries"][0]["proof"].pop()),
    "proof longer": (
        "entry 1: the proof is too long",
        lambda b: b["entries"][0]["proof"].append(b["entries"][0]["proof"][0]),
    ),
    "proof swapped": (
        "entry 1: the proof does not lead to the tree's root",
        lambda b: b["entries"][0]["proof"].reverse(),
    ),
    "short hash": (
        "entry 1: a hash of the proof is not 32 bytes",
        lambda b: b["entries"][0]["proof"].__setitem__(0, b64encode(bytes(31)).decode()),
    ),
    "leaf": (
        "entry 1: the proof does not lead to the tree's root",
        lambda b: b["entries"][0].update(leaf=b["entries"][0]["leaf"].replace("permit", "denied")),
    ),
    "leaf spaced": (
        "entry 1: leaf: not canonical JSON",
        lambda b: b["entries"][0].update(leaf=b["entries"][0]["leaf"] + " "),
    ),
    "leaf with a name": (
        "entry 1: leaf: a key is not on the list",
        lambda b: b["entries"][0].update(leaf=b["entries"][0]["leaf"].replace('"at"', '"about"')),
    ),
    "leaf of another log": (
        "entry 1: leaf: log is not the log of this key",
        lambda b: b["entries"][0].update(leaf=b["entries"][0]["leaf"].replace(ORIGIN, "other")),
    ),
    "payload": (
        "entry 1: payload: is not what the leaf commits to",
        lambda b: b["entries"][0].update(payload=b["entries"][1]["payload"]),
    ),
    "salt": (
        "entry 1: payload: its salt is not 32 bytes in hexadecimal",
        lambda b: b["entries"][0].update(salt=b["entries"][0]["salt"][:-2]),
    ),
}


@pytest.fixture(scope="module")
def seen_in_browser(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Let the page check every edited bundle in one go."""
    bundles = [edited(change) for _, change in EDITS.values()]
    found = in_browser(tmp_path_factory.mktemp("page"), bundles)
    return {name: one["faults"] for name, one in zip(EDITS, found, strict=True)}


@pytest.mark.parametrize("name", EDITS)
def test_both_verifiers_say_the_same(name: str, seen_in_browser: dict[str, list[str]]) -> None:
    """A bundle that is wrong is refused for the same reason in Python and in a browser."""
    what, change = EDITS[name]
    assert what in [str(fault) for fault in verify_evidence([edited(change)], [KEY]).faults]
    assert what in seen_in_browser[name]


@pytest.mark.parametrize("raw", [b"", b"[]", b"3", b"{", b"null", b'{"entries":[3]}', b"[" * 9_999])
def test_what_is_no_bundle_is_refused(raw: bytes) -> None:
    """Any other file is a fault, not an error."""
    examined = verify_evidence([raw], [KEY])
    assert [fault.where for fault in examined.faults] == ["bundle"]
    assert not examined.complete
    with pytest.raises(EvidenceError):
        Evidence.decode(raw)


def test_leaving_an_entry_out_shows(tmp_path: Path) -> None:
    """A bundle in which an entry about the person is missing still holds, but is not complete."""
    first, middle = edited(lambda b: b["entries"].pop(0)), edited(lambda b: b["entries"].pop(2))
    for bundle in (first, middle):
        assert verify_evidence([bundle], [KEY]) == Examined((), complete=False)
    assert in_browser(tmp_path, [first, middle]) == [{"faults": [], "complete": False}] * 2


def test_entries_of_several_people_are_not_hers_without_a_gap(tmp_path: Path) -> None:
    """Counts of two people that together run from 1 say nothing: one's first entries are left out."""
    world = World().fill(12, subjects=2)
    mixed = gather_evidence(world.storage, KEY, [1, 4, 8], world.sealer).encode()
    assert verify_evidence([mixed], [KEY]) == Examined((), complete=False)
    assert in_browser(tmp_path, [mixed]) == [{"faults": [], "complete": False}]


def test_half_of_a_sign_is_no_text(tmp_path: Path) -> None:
    """What JSON can write and UTF-8 cannot is a fault to both verifiers, and no error."""
    bundles = []
    for key in ("leaf", "payload", "salt"):
        stored = json.loads(BUNDLE)
        stored["entries"][0][key] += "\ud800"
        bundles.append(json.dumps(stored).encode())
    bundles.append(json.dumps({**json.loads(BUNDLE), "policy": "\udfff"}).encode())
    what = "the bundle holds what is no text"
    for bundle in bundles:
        assert verify_evidence([bundle], [KEY]).faults == (Fault("bundle", what),)
    assert [one["faults"] for one in in_browser(tmp_path, bundles)] == [[f"bundle: {what}"]] * 4


def test_counts_that_do_not_fit_are_found_by_both(tmp_path: Path) -> None:
    """A log that counts wrongly, and commits to it, is found out."""
    world = World().fill(4, subjects=1)
    world.storage.damage(3, counter=7)
    with world.open() as log:
        log.append([submission(9, b"subject-1")])
    bundle = gather_evidence(world.storage, KEY, [1, 3, 4], world.sealer).encode()
    what = "payload: count and prev do not fit the entry before it"
    assert verify_evidence([bundle], [KEY]).faults == (Fault("entry 4", what),)
    assert in_browser(tmp_path, [bundle])[0]["faults"] == [f"entry 4: {what}"]


def test_entries_can_be_proven_without_their_payloads(tmp_path: Path) -> None:
    """Without an opener, or when a payload is gone, the entry is shown by its leaf alone."""
    world = World().fill(9)
    closed = gather_evidence(world.storage, KEY, [1, 2])
    world.sealer.destroy(b"subject-1")
    world.storage.damage(2, payload=None)
    gone = gather_evidence(world.storage, KEY, [1, 2, 3], world.sealer)
    assert [entry.payload for entry in closed.entries] == ["", ""]
    assert [bool(entry.payload) for entry in gone.entries] == [False, False, True]
    bundles = [closed.encode(), gone.encode()]
    assert [verify_evidence([bundle], [KEY]).faults for bundle in bundles] == [(), ()]
    assert [found["faults"] for found in in_browser(tmp_path, bundles)] == [[], []]


def test_a_cosigned_checkpoint_is_read_by_both(tmp_path: Path) -> None:
    """Signatures of keys that the verifier does not know are passed over."""
    own = MlDsaCosigner(ORIGIN, b"\x06" * 32)
    cosigned = edited(lambda b: b.update(checkpoint=publish(b["checkpoint"], [own], 1_785_000_000)))
    assert verify_evidence([cosigned], [KEY]).faults == ()
    assert in_browser(tmp_path, [cosigned])[0]["faults"] == []


def test_a_bundle_names_its_policy_and_how_to_read_it() -> None:
    """It carries the digest of the trust policy, and instructions; without a policy, none."""
    evidence = Evidence.decode(BUNDLE)
    assert evidence.encode() == BUNDLE
    assert evidence.policy == sha256(f"log {KEY}\nquorum none\n".encode()).hexdigest()
    assert "verifier.html" in evidence.instructions
    assert gather_evidence(WORLD.storage, KEY, [0]).policy == ""


def _asking(witness: Ed25519Cosigner) -> Policy:
    lines = f"log {KEY}\nwitness partner {witness.verifier}\nquorum partner\n"
    return Policy.parse(lines.encode())


def _cosigned(size: int, witness: Ed25519Cosigner) -> str:
    root = Publication(WORLD.storage, KEY).root_at(size)
    return publish(sign_checkpoint(size, root, signer()), [witness], 1_785_000_000)


PARTNER, STRANGER = (
    Ed25519Cosigner(f"{n}.example", bytes([n_] * 32)) for n, n_ in (("p", 7), ("s", 8))
)


def test_entries_are_shown_under_the_checkpoint_that_witnesses_cosigned() -> None:
    """The bundle carries policy and cosignatures, and meets that policy, not one that asks another."""
    policy = _asking(PARTNER)
    witnessed = Witnessed(policy, _cosigned(200, PARTNER))
    evidence = gather_evidence(WORLD.storage, KEY, [1, 199], WORLD.sealer, witnessed)
    assert (evidence.checkpoint, evidence.policy) == (witnessed.note, policy.digest)
    assert verify_evidence([evidence.encode()], [KEY], policy).faults == ()
    (fault,) = verify_evidence([evidence.encode()], [KEY], _asking(STRANGER)).faults
    assert str(fault) == "checkpoint: the checkpoint is not cosigned by the quorum"
    bundle = files([evidence], policy)
    assert bundle["tlog-policy"] == policy.raw
    assert b"tlog-policy" in bundle["README.txt"]


@pytest.mark.parametrize(
    ("index", "witness"), [(200, PARTNER), (1, STRANGER)], ids=["newer", "another's word"]
)
def test_what_is_not_witnessed_is_shown_under_the_logs_own_word(
    index: int, witness: Ed25519Cosigner
) -> None:
    """An entry that no cosigned head reaches yet, or a quorum that was missed: no policy is named."""
    policy = _asking(PARTNER)
    witnessed = Witnessed(policy, _cosigned(200, witness))
    evidence = gather_evidence(WORLD.storage, KEY, [index], WORLD.sealer, witnessed)
    assert (evidence.checkpoint, evidence.policy) == (WORLD.storage.head().checkpoint, "")
    assert "tlog-policy" not in files([evidence], policy)
    assert verify_evidence([evidence.encode()], [KEY]).faults == ()
    assert verify_evidence([evidence.encode()], [KEY], policy).faults != ()


def test_what_cannot_be_proven_is_not_gathered() -> None:
    """No entry, or one beyond the log, makes no bundle."""
    with pytest.raises(EvidenceError):
        gather_evidence(WORLD.storage, KEY, [])
    with pytest.raises(ExportError):
        gather_evidence(WORLD.storage, KEY, [300])


@pytest.mark.parametrize("tag", ["script", "style"])
def test_the_page_runs_its_own_script_alone(tag: str) -> None:
    """The content policy forbids everything but the script and style in the page, by their hash."""
    digest = b64encode(sha256(element(tag).encode()).digest()).decode()
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', PAGE)
    assert f"{tag}-src 'sha256-{digest}'" in policy
    assert policy.startswith("default-src 'none'; ")


def test_the_page_needs_no_network() -> None:
    """It names no address, loads nothing, and sets no markup."""
    for word in ("http:", "https:", "src=", "href=", "fetch(", "XMLHttp", "innerHTML", "import("):
        assert word not in PAGE


def test_the_page_says_when_a_browser_is_too_old(tmp_path: Path) -> None:
    """Without Ed25519 nothing is called proven."""
    program = tmp_path / "old.js"
    older = 'crypto.subtle.importKey = async () => { throw new Error("unsupported"); };\n'
    program.write_text(element("script") + older + HARNESS, encoding="utf-8")
    node = shutil.which("node")
    assert node, "the page's script is tested with node, which is not installed"
    given = json.dumps([[BUNDLE.decode(), str(KEY)]])
    done = subprocess.run(  # noqa: S603 - our own words
        [node, str(program)], input=given, capture_output=True, text=True, check=True, timeout=120
    )
    assert "this browser cannot check Ed25519" in json.loads(done.stdout)[0]["faults"][0]
