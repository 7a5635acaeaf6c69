"""A checkpoint is valid when a known log signed it and the quorum cosigned it, and not otherwise."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checkpoint import sign_checkpoint
from audit.cosigner import Ed25519Cosigner, MlDsaCosigner, publish
from audit.note import NoteError, Signer
from audit.policy import Group, Policy, PolicyError
from tests.audit.worlds import ORIGIN, signer

TIME = 1_785_000_000
LOG = signer().verifier
HEAD = sign_checkpoint(7, b"\x09" * 32, signer())
WITNESSES = {
    name: Ed25519Cosigner(f"{name}.example", bytes([seed]) * 32)
    for seed, name in enumerate(["X1", "X2", "X3", "Y1", "Y2", "Y3"], 10)
}
POST_QUANTUM = MlDsaCosigner("pq.example", b"\x20" * 32)
LINES = [
    f"log {LOG} https://gateway.example.nl/auditlog",
    "",
    "  # the two organisations",
    *(f"witness {name}\t{one.verifier}" for name, one in WITNESSES.items()),
    "group X-witnesses 2 X1 X2 X3",
    "group Y-witnesses any Y1 Y2 Y3",
    "group X-and-Y all X-witnesses Y-witnesses",
    " quorum  X-and-Y ",
]


def policy(*lines: str) -> Policy:
    """Read a policy of these lines."""
    return Policy.parse("\n".join(lines).encode() + b"\n")


def cosigned(names: Iterable[str]) -> str:
    """Cosign the head by the witnesses of these names."""
    return publish(HEAD, [WITNESSES[name] for name in names], TIME)


def test_the_example_of_the_specification_is_read() -> None:
    """Logs, addresses, witnesses, groups and quorum come out as written; comments do not."""
    read = policy(*LINES)
    assert [(peer.key, peer.url) for peer in read.logs] == [
        (LOG, "https://gateway.example.nl/auditlog")
    ]
    assert [name.decode() for name in read.witnesses] == list(WITNESSES)
    assert read.groups == {
        b"X-witnesses": Group(2, (b"X1", b"X2", b"X3")),
        b"Y-witnesses": Group(1, (b"Y1", b"Y2", b"Y3")),
        b"X-and-Y": Group(2, (b"X-witnesses", b"Y-witnesses")),
    }
    assert read.quorum == b"X-and-Y"
    assert read.digest != policy(*LINES, "# other").digest


@given(st.sets(st.sampled_from(list(WITNESSES))))
def test_the_quorum_decides(names: set[str]) -> None:
    """Two of X and one of Y are enough, in any company, and nothing less is."""
    enough = len(names & {"X1", "X2", "X3"}) >= 2 and bool(names & {"Y1", "Y2", "Y3"})
    note = cosigned(sorted(names))
    if enough:
        verdict = policy(*LINES).evaluate(note)
        assert verdict.checkpoint.size == 7
        assert {one.key.name for one in verdict.signatures} == {
            ORIGIN,
            *(f"{name}.example" for name in names),
        }
    else:
        with pytest.raises(PolicyError, match="quorum"):
            policy(*LINES).evaluate(note)


def test_one_witness_twice_counts_once() -> None:
    """A doubled line does not make two of one."""
    with pytest.raises(PolicyError, match="quorum"):
        policy(*LINES).evaluate(cosigned(["X1", "X1", "Y1"]))


def test_nobody_is_a_quorum_that_is_always_met() -> None:
    """Without witnesses the log's signature is enough."""
    read = policy(f"log {LOG}", "quorum none")
    assert read.evaluate(HEAD).checkpoint.root == b"\x09" * 32


def test_a_single_witness_can_be_the_quorum() -> None:
    """Also one that signs with ML-DSA-44; and a name may be any bytes."""
    read = Policy.parse(
        b"log %b\nwitness \xe2\x84\xaa %b\nquorum \xe2\x84\xaa\n"
        % (str(LOG).encode(), str(POST_QUANTUM.verifier).encode())
    )
    assert read.evaluate(publish(HEAD, [POST_QUANTUM], TIME)).checkpoint.size == 7
    with pytest.raises(PolicyError):
        read.evaluate(HEAD)


def test_a_log_may_sign_with_ml_dsa_alone() -> None:
    """A policy may list the log's post-quantum key."""
    own = MlDsaCosigner(ORIGIN, b"\x21" * 32)
    read = policy(f"log {own.verifier}", "quorum none")
    assert read.evaluate(publish(HEAD, [own], TIME)).checkpoint.size == 7


def test_a_witness_does_not_stand_in_for_the_log() -> None:
    """A quorum without the log's own signature is not enough, nor is a log under another origin."""
    other = Signer("other.example/log", b"\x01" * 32)
    quorum = ["X1", "X2", "Y1"]
    unsigned = cosigned(quorum).replace(HEAD.rpartition("\n\n")[2], "")
    with pytest.raises(PolicyError, match="log of the policy"):
        policy(*LINES).evaluate(unsigned)
    foreign = signer().sign(sign_checkpoint(1, bytes(32), other).rpartition("\n\n")[0] + "\n")
    with pytest.raises(PolicyError, match="log of the policy"):
        policy(f"log {LOG}", "quorum none").evaluate(foreign)


def test_a_wrong_signature_of_a_listed_key_refuses_all() -> None:
    """One bad line is not outvoted."""
    whole = cosigned(["X1", "X2", "Y1", "Y2"])
    line = cosigned(["Y2"]).splitlines()[-1]
    broken = whole.replace(line, line[:-6] + ("A" if line[-6] != "A" else "B") + line[-5:])
    assert broken != whole
    with pytest.raises(NoteError):
        policy(*LINES).evaluate(broken)


X1 = f"witness X1 {WITNESSES['X1'].verifier}"
X2 = f"witness X2 {WITNESSES['X2'].verifier}"
REFUSED = {
    "no quorum": [f"log {LOG}"],
    "two quorums": ["quorum none", "quorum none"],
    "quorum of two": [X1, X2, "quorum X1 X2"],
    "quorum of nobody known": ["quorum X1"],
    "quorum before": ["quorum X1", X1],
    "quorum alone": ["quorum"],
    "unknown line": ["quorom none"],
    "log twice": [f"log {LOG}", f"log {LOG}", "quorum none"],
    "log without key": ["log", "quorum none"],
    "log with too much": [f"log {LOG} url more", "quorum none"],
    "log with a witness key": [f"log {WITNESSES['X1'].verifier}", "quorum none"],
    "witness with a log key": [f"witness X1 {LOG}", "quorum none"],
    "witness without name": ["witness", "quorum none"],
    "witness twice": [X1, X1.replace("X1 ", "X9 ", 1), "quorum none"],
    "witness named none": [X1.replace("X1", "none", 1), "quorum none"],
    "name taken": [X1, X2.replace("X2", "X1", 1), "quorum none"],
    "group name taken": [X1, "group X1 any X1", "quorum none"],
    "group of nobody": [X1, "group G any", "quorum none"],
    "group without count": ["group G", "quorum none"],
    "group of none": ["group G any none", "quorum none"],
    "member of two groups": [X1, X2, "group G any X1", "group H all X1 X2", "quorum H"],
    "member twice": [X1, "group G any X1 X1", "quorum G"],
    "group of itself": ["group G any G", "quorum none"],
    "count of zero": [X1, "group G 0 X1", "quorum G"],
    "count too high": [X1, "group G 2 X1", "quorum G"],
    "count not decimal": [X1, "group G 0x1 X1", "quorum G"],
    "bad key": [f"log {str(LOG)[:-2]}", "quorum none"],
    "control character": ["quorum none\r"],
    "zero byte": ["# \x00", "quorum none"],
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_malformed_policy_is_refused(name: str) -> None:
    """Each rule of the format is kept."""
    with pytest.raises(PolicyError, match=r"^policy"):
        policy(*REFUSED[name])


def test_a_key_whose_name_is_not_utf8_is_refused() -> None:
    """Names of witnesses are any bytes; the name of a key stands in notes, which are text."""
    with pytest.raises(PolicyError, match=r"^policy line 1: a key name is plain text"):
        Policy.parse(str(LOG).encode().join((b"log \xe5", b"\nquorum none\n")))


def test_a_large_policy_is_read() -> None:
    """Thirty-two logs, witnesses and groups are no trouble (implementation limits)."""
    keys = [Ed25519Cosigner(f"w{n}.example", bytes([n]) * 32).verifier for n in range(32)]
    logs = [Signer(f"l{n}.example", bytes([n]) * 32).verifier for n in range(32)]
    lines = [f"log {log}" for log in logs]
    lines += [f"witness w{n} {key}" for n, key in enumerate(keys)]
    lines += ["group g0 any w0", *(f"group g{n} all g{n - 1} w{n}" for n in range(1, 32))]
    read = policy(*lines, "quorum g31")
    assert (len(read.logs), len(read.witnesses), len(read.groups)) == (32, 32, 32)
