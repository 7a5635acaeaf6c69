"""The messenger reaches what is public, and what it judged; nothing of the gate's own network."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from adapters.webhooks.http import WebhookMessenger
from gateway.domain.errors import InvalidRequestError
from gateway.domain.subscriptions import NotDeliveredError
from tests.edges.adapters.webhooks.receiver import Receiver, receiving

HEADERS = (("webhook-id", "1.0"), ("webhook-timestamp", "2"))
PUBLIC = "192.0.43.7"
HOST = "systeem.example"


@pytest.fixture(name="receiver")
def fixture_receiver() -> Iterator[Receiver]:
    """Listen."""
    with receiving() as receiver:
        yield receiver


def leading_to(*addresses: str) -> Callable[[str, int], Awaitable[Sequence[str]]]:
    """Let every name lead to these addresses."""

    async def resolve(_: str, __: int) -> Sequence[str]:
        return addresses

    return resolve


def admit(messenger: WebhookMessenger, url: str) -> None:
    """Ask whether an address will do."""
    asyncio.run(messenger.admit(url))


def post(messenger: WebhookMessenger, url: str) -> None:
    """Send a small message."""
    asyncio.run(messenger.post(url, HEADERS, b"{}"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.3.4", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.1", "224.0.0.1", "255.255.255.255", "192.0.2.1", "::1", "::", "fe80::1", "fd00::1",
        "fec0::1", "ff02::1", "::ffff:10.0.0.1", "::ffff:192.0.43.7", "64:ff9b::7f00:1",
        "2002:7f00:1::", "2001:db8::1",
    ],
)  # fmt: skip
def test_nothing_inside_is_reached(address: str) -> None:
    """Loopback, private, link-local and all else that is not public, also beside a public address."""
    for found in ((address,), (PUBLIC, address)):
        messenger = WebhookMessenger(loopback=False, resolve=leading_to(*found))
        with pytest.raises(InvalidRequestError, match="url: its host is not a public address"):
            admit(messenger, f"https://{HOST}/")
        with pytest.raises(NotDeliveredError):
            post(messenger, f"https://{HOST}/")


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "2130706433", "0x7f.1", "localhost"])
def test_an_address_written_as_a_host_is_judged_too(host: str) -> None:
    """However loopback is spelled, production does not send there."""
    with pytest.raises(InvalidRequestError, match="url: its host is not"):
        admit(WebhookMessenger(loopback=False), f"https://{host}/")


def test_public_addresses_are_admitted() -> None:
    """In both families, over https; over http not even a demo goes there."""
    for address in (PUBLIC, "2606:4700::1"):
        admit(WebhookMessenger(loopback=False, resolve=leading_to(address)), f"https://{HOST}/")
        demo = WebhookMessenger(loopback=True, resolve=leading_to(address))
        with pytest.raises(InvalidRequestError, match="url: its host is not a public address"):
            admit(demo, f"http://{HOST}/")


def test_a_demo_opens_loopback_and_nothing_else() -> None:
    """A private address stays shut."""
    admit(WebhookMessenger(loopback=True), "http://127.0.0.1:9/")
    with pytest.raises(InvalidRequestError):
        admit(WebhookMessenger(loopback=True), "https://10.0.0.1/")


def test_a_name_that_leads_nowhere_is_refused() -> None:
    """No answer, an answer without addresses, and one that is no address."""

    async def nobody(_: str, __: int) -> Sequence[str]:
        raise OSError("no such name")

    for resolve in (nobody, leading_to(), leading_to("fe80::1%eth0x", "x")):
        with pytest.raises(InvalidRequestError, match="url: its host is not"):
            admit(WebhookMessenger(loopback=False, resolve=resolve), f"https://{HOST}/")


def test_a_message_arrives_under_the_name_that_was_asked(receiver: Receiver) -> None:
    """Body, headers and host are as given, at the address the name led to."""
    messenger = WebhookMessenger(loopback=True, resolve=leading_to("127.0.0.1"))
    post(messenger, f"http://{HOST}:{receiver.port}/meldingen?x=1")
    (sent,) = receiver.sent
    assert (sent.url, sent.body) == ("/meldingen?x=1", b"{}")
    assert sent.headers["host"] == f"{HOST}:{receiver.port}"
    assert sent.headers["content-type"] == "application/json"
    assert (sent.headers["webhook-id"], sent.headers["webhook-timestamp"]) == ("1.0", "2")


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
def test_all_but_the_200s_is_not_delivered(receiver: Receiver, status: int) -> None:
    """A redirect is not followed: its target hears nothing."""
    receiver.answers.append(status)
    with pytest.raises(NotDeliveredError, match=str(status)):
        post(WebhookMessenger(loopback=True), receiver.url + "/here")
    assert [sent.url for sent in receiver.sent] == ["/here"]


@pytest.mark.parametrize("status", [200, 202, 204])
def test_the_200s_are_delivered(receiver: Receiver, status: int) -> None:
    """Each of them says that it was taken."""
    receiver.answers.append(status)
    post(WebhookMessenger(loopback=True), receiver.url)
    assert len(receiver.sent) == 1


def test_nobody_there_is_not_delivered() -> None:
    """The error names no address."""
    with pytest.raises(NotDeliveredError) as refused:
        post(WebhookMessenger(loopback=True), "http://127.0.0.1:1/secret")
    assert "secret" not in str(refused.value)


def certified(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """Make a certificate for a host: what serves with it, and what trusts it alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.now(UTC)  # noqa: TID251 - certificates live by the wall clock
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    both = folder / "both.pem"
    both.write_bytes(
        certificate
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(both)
    return serving, ssl.create_default_context(cadata=certificate.decode("ascii"))


def test_the_certificate_is_checked_against_the_name(tmp_path: Path) -> None:
    """Connected by address, the receiver must still be who the name says; another name fails."""
    serving, trust = certified(tmp_path, HOST)
    with receiving(serving) as receiver:
        known = leading_to("127.0.0.1")
        messenger = WebhookMessenger(loopback=True, resolve=known, trust=trust)
        post(messenger, f"https://{HOST}:{receiver.port}/")
        with pytest.raises(NotDeliveredError):
            post(messenger, f"https://other.example:{receiver.port}/")
        with pytest.raises(NotDeliveredError):
            post(WebhookMessenger(loopback=True, resolve=known), f"https://{HOST}:{receiver.port}/")
        assert len(receiver.sent) == 1
