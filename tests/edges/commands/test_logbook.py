"""The outbox end to end: a real store, a real receiver, a killed gate, and nothing lost or said."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from gateway import wiring
from gateway.settings import Settings
from tests.edges.adapters.logbook.receiver import Receiver, receiving
from tests.edges.api.door import OWN, Door, row, v_nummer
from tests.edges.commands.shell import delivery, doelpoort

NOWHERE = "http://127.0.0.1:1/v1/traces"
KILLED = """
import os, signal, sys
from pathlib import Path
from gateway import wiring
from gateway.settings import Settings
from tests.edges.api.door import OWN, Door, row

settings = Settings(data=Path(sys.argv[1]), logbook_url=sys.argv[2])
gateway = wiring.build(settings, create=True)
door = Door(gateway, gateway.app(), wiring.SystemClock())
assert door.deliver(row(OWN)).status_code == 201
for _ in range(3):
    assert door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam").status_code == 200
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(name="receiver")
def fixture_receiver() -> Iterator[Receiver]:
    """Listen."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(name="filled")
def fixture_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a store that has much to tell, while nobody is there to hear it."""
    monkeypatch.setenv("DOELPOORT_LOGBOOK_URL", NOWHERE)
    (tmp_path / "levering.json").write_bytes(delivery())
    words = ("import", "tvs", tmp_path / "levering.json", "--data", tmp_path / "data")
    assert doelpoort(*words).code == 0
    return tmp_path / "data"


def status(data: Path) -> dict[str, int]:
    """Ask what waits."""
    found: dict[str, int] = doelpoort("logbook", "status", "--data", data, "--json").json
    return found


def test_what_waits_is_told_when_someone_is_there(
    filled: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody there: exit 1 and all still wait; then each is told once, and none of it twice."""
    waiting = status(filled)["waiting"]
    assert waiting > 0
    away = doelpoort("logbook", "send", "--data", filled)
    assert (away.code, status(filled)["waiting"]) == (1, waiting)
    assert "LOGBOOK_UNREACHABLE" in away.err
    monkeypatch.setenv("DOELPOORT_LOGBOOK_URL", receiver.url)
    done = doelpoort("logbook", "send", "--data", filled, "--json")
    assert done.json == {"told": waiting, "again": 0, "refused": 0}
    spans = [span.span_id for span in receiver.spans()]
    assert 0 < len(spans) == len(set(spans)) <= waiting
    assert doelpoort("logbook", "send", "--data", filled, "--json").json["told"] == 0


def test_what_was_refused_is_told_again_on_request(
    filled: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status fails while something is kept aside; ``--again`` tells it, and nothing was lost."""
    monkeypatch.setenv("DOELPOORT_LOGBOOK_URL", receiver.url)
    receiver.answers.extend([400] * 100)
    assert doelpoort("logbook", "send", "--data", filled).code == 0
    aside = doelpoort("logbook", "status", "--data", filled, "--json")
    assert (aside.code, aside.json["waiting"]) == (1, 0)
    receiver.answers.clear()
    again = doelpoort("logbook", "send", "--again", "--data", filled, "--json").json
    assert again["again"] == aside.json["refused"] == len(receiver.spans()) > 0
    assert status(filled) == {"waiting": 0, "refused": 0}


def test_without_an_address_nothing_is_kept_for_telling(store: Path) -> None:
    """Off by default: no row in the outbox, and the command says what to set."""
    gateway = wiring.build(Settings(data=store))
    with gateway.database.data.writing() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM outbox").scalar_one() == 0
    gateway.close()
    done = doelpoort("logbook", "status", "--data", store)
    assert done.code == 1
    assert "DOELPOORT_LOGBOOK_URL" in done.err


def test_a_gate_killed_between_commit_and_send_loses_nothing(
    tmp_path: Path, receiver: Receiver
) -> None:
    """After SIGKILL every entry of the log that is for telling is told, by the next gate's courier."""
    root = Path(__file__).parents[3]
    killed = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", KILLED, tmp_path / "data", NOWHERE], cwd=root, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    gateway = wiring.build(Settings(data=tmp_path / "data", logbook_url=receiver.url))
    head = gateway.audit.head().size
    ids = {
        one.event_id[:8] for one in gateway.audit.storage.rows(0, head) if b'"purpose":' in one.leaf
    }
    with TestClient(gateway.app()):
        assert gateway.project is not None
        while gateway.database.data.reading().exec_driver_sql("SELECT 1 FROM outbox").first():
            pass
    assert {span.span_id for span in receiver.spans()} == ids
    assert len(ids) > 6


def test_a_disclosure_s_trace_goes_on_in_the_logbook(tmp_path: Path, receiver: Receiver) -> None:
    """The caller's trace and span, whether sampled or not; and nothing of whom or by whom."""
    settings = Settings(data=tmp_path / "data", logbook_url=receiver.url)
    gateway = wiring.build(settings, create=True)
    door = Door(gateway, gateway.app(), wiring.SystemClock())  # type: ignore[arg-type]  # a clock it is
    door.deliver(row(OWN))
    trace, caller = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    for flags in ("00", "01"):
        headers = {"traceparent": f"00-{trace}-{caller}-{flags}"}
        door.disclose("gemeente_klantmanager", "P02", OWN, "roepnaam", headers=headers)
    reference, subject = door.reference("gemeente_klantmanager", OWN), door.subject(OWN)
    gateway.close()
    assert doelpoort_send(tmp_path / "data", receiver.url) == 0
    mine = [span for span in receiver.spans() if span.trace_id.hex() == trace]
    assert [span.name for span in mine] == ["verstrekken", "verstrekking afronden"] * 2
    assert [mine[0].parent_span_id.hex(), mine[1].parent_span_id] == [caller, mine[0].span_id]
    sent = b"".join(request.SerializeToString() for request in receiver.requests)
    secrets = (str(subject), reference, v_nummer(OWN), "Voorbeeld1", "klantmanager-1", "roepnaam")
    assert [secret for secret in (*secrets, subject.hex) if secret.encode() in sent] == []
    assert subject.bytes not in sent


def doelpoort_send(data: Path, url: str) -> int:
    """Tell everything, as the operator of that gate."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOELPOORT_LOGBOOK_URL", url)
        return doelpoort("logbook", "send", "--data", data).code


@pytest.mark.parametrize("url", ["http://logboek.example/v1/traces", "ftp://127.0.0.1/", "logboek"])
def test_an_open_address_is_refused(store: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Records travel over TLS; plain HTTP only on this machine."""
    monkeypatch.setenv("DOELPOORT_LOGBOOK_URL", url)
    done = doelpoort("logbook", "status", "--data", store)
    assert done.code == 2
    assert "https" in done.err


def test_the_token_is_read_from_its_file(
    filled: Path, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bearer token, without the line's end."""
    (filled / "token").write_text("geheim\n", encoding="utf-8")
    monkeypatch.setenv("DOELPOORT_LOGBOOK_URL", receiver.url)
    monkeypatch.setenv("DOELPOORT_LOGBOOK_TOKEN_FILE", str(filled / "token"))
    assert doelpoort("logbook", "send", "--data", filled).code == 0
    assert receiver.headers[0]["authorization"] == "Bearer geheim"
