"""Two gates cosign each other over HTTP, and a gate that went back in time is stopped by its partner."""

import asyncio
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import pytest

from adapters.peers.http import HttpExchange
from audit.evidence import verify_evidence
from audit.note import VerifierKey
from audit.policy import Policy
from audit.trust import Cause
from gateway.settings import Settings
from gateway.wiring import witness_app
from gateway.wiring.desks import archive_of
from tests.edges.api.door import NOON, Door
from tests.edges.keeper.gates import opened, put_back, snapshot, write
from tests.edges.keeper.servers import free_port, served
from tests.fakes.clock import Clock


@dataclass(frozen=True, slots=True)
class Partner:
    """A gate and the witness it runs for the other."""

    folder: Path
    origin: str
    policy: Path
    url: str


@pytest.fixture(name="partners")
def fixture_partners(tmp_path: Path) -> Iterator[tuple[Partner, Partner]]:
    """Let two gates learn each other's keys, and serve both witnesses."""
    names, vkeys = ("een", "twee"), {}
    for name in names:
        with opened(tmp_path / name, origin=f"{name}.example/log") as door:
            vkeys[name] = door.gateway.audit.vkey()
            write(door, 2)
    with ExitStack() as stack:
        urls, lines = {}, {}
        for name, other in (names, names[::-1]):
            logs = tmp_path / f"{name}.logs"
            logs.write_text(f"log {vkeys[other]}\nquorum none\n")
            settings = Settings(data=tmp_path / name, witness_name=f"{name}.example/witness")
            app, lines[name] = witness_app(settings, logs, Clock(NOON))
            urls[name] = stack.enter_context(served(app, free_port()))
        partners = []
        for name, other in (names, names[::-1]):
            policy = tmp_path / f"{name}.policy"
            policy.write_text(
                f"log {vkeys[name]}\nwitness partner {lines[other]} {urls[other]}\nquorum partner\n"
            )
            partners.append(Partner(tmp_path / name, f"{name}.example/log", policy, urls[name]))
        yield partners[0], partners[1]


def settings_of(partner: Partner) -> dict[str, object]:
    """Return what a gate with a witness is set to."""
    return {"origin": partner.origin, "witness_policy": partner.policy, "witness_seconds": 1}


def test_partners_cosign_each_other(partners: tuple[Partner, Partner]) -> None:
    """Each head carries the other's line, is shown so, and meets the policy that a verifier has."""
    for partner in partners:
        with opened(partner.folder, **settings_of(partner)) as door:
            write(door, 3)
            assert door.gateway.log.witnessing is not None
            done = door.gateway.log.witnessing()
            assert done is not None
            assert (done.cosigned, done.failed, done.quorum) == (("partner",), (), True)
            note = door.ask("GET", "/auditlog/checkpoint", None).text
            verdict = Policy.parse(partner.policy.read_bytes()).evaluate(note)
            assert verdict.checkpoint.size == done.size == 5
            mldsa = door.gateway.audit.mldsa("")
            assert mldsa is not None
            assert f"\u2014 {mldsa.name} " in note
            assert door.gateway.audit.verify() == []
            check_bundle(door, partner)


def check_bundle(door: Door, partner: Partner) -> None:
    """See that an evidence bundle carries the partner's policy, and meets it."""
    bundle = asyncio.run(archive_of(door.gateway.audit).evidence([0, 3], frozenset()))
    assert bundle["tlog-policy"] == partner.policy.read_bytes()
    policy = Policy.parse(bundle["tlog-policy"])
    key = door.gateway.audit.signer.verifier
    assert verify_evidence([bundle["evidence.json"]], [key], policy).faults == ()


def test_a_served_gate_asks_by_itself(partners: tuple[Partner, Partner]) -> None:
    """While it serves, its rounds have the newest head cosigned without being told."""
    with (
        opened(partners[0].folder, **settings_of(partners[0])) as door,
        served(door.app, free_port()),
    ):
        until = monotonic() + 120
        while door.gateway.audit.anchors.heads.newest_cosigned() is None:
            assert monotonic() < until
            sleep(0.02)


def test_a_gate_that_went_back_in_time_is_stopped_by_its_partner(
    partners: tuple[Partner, Partner], tmp_path: Path
) -> None:
    """Data and guard were both put back; the partner remembers, and the gate stops at its start."""
    one = partners[0]
    copy, mark = snapshot(one.folder, "old.db"), (one.folder / "guard" / "head").read_bytes()
    with opened(one.folder, **settings_of(one)) as door:
        write(door, 3)
        assert door.gateway.log.witnessing is not None
        door.gateway.log.witnessing()
    put_back(one.folder, copy)
    (one.folder / "guard" / "head").write_bytes(mark)
    with opened(one.folder, **settings_of(one)) as door:
        assert (door.gateway.log.settled() or "").startswith(Cause.ROLLBACK)


def test_a_witness_serves_its_key_and_nothing_else(partners: tuple[Partner, Partner]) -> None:
    """Its key is one vkey line; logs it does not know are unknown, and other paths are not there."""
    wire = HttpExchange()
    url = partners[0].url
    assert (
        VerifierKey.parse(wire.get(f"{url}/vkey").body.decode().strip()).name
        == "een.example/witness"
    )
    assert wire.get(f"{url}/{'0' * 64}/checkpoint").status == 404
    assert wire.get(f"{url}/v1/clienten").status == 404
    assert wire.post(f"{url}/add-checkpoint", b"x" * 1_200_000, "text/plain").status == 400
    with pytest.raises(OSError, match="no answer"):
        wire.get(f"http://127.0.0.1:{free_port()}/vkey")
    with pytest.raises(OSError, match="no answer"):
        wire.get("no address")
