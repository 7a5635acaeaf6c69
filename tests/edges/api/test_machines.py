"""Systems come in by an assertion of their own: good once, for this gate, signed by a known key."""

import asyncio
import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from gateway import wiring
from gateway.api.machines import ASSERTED, LIFETIME, METADATA, PATH
from gateway.domain.errors import SettingsError
from gateway.settings import Mode, Settings
from gateway.wiring.machines import read_machines
from tests.edges.api.door import NOON, Door
from tests.fakes.clock import Clock

HERE: Final = "https://poort.example"
CLIENT: Final = "zaaksysteem-harderwijk"
HARDERWIJK: Final = "00000099000000002430"
KEY: Final = RSAKey.generate_key(2048, {"kid": "one"})
CURVE: Final = ECKey.generate_key("P-256", {"kid": "two"})
STRANGE: Final = RSAKey.generate_key(2048, {"kid": "one"})
SYSTEM: Final[Mapping[str, Any]] = {
    "clientId": CLIENT,
    "oin": HARDERWIJK,
    "rol": "gemeente_klantmanager",
    "jwks": {"keys": [KEY.as_dict(private=False), CURVE.as_dict(private=False)]},
}
_IDS: Final = count(1)


@pytest.fixture(scope="module", name="systems")
def fixture_systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """Open an empty gate in production settings, to which one system is known."""
    folder = tmp_path_factory.mktemp("machines")
    file = folder / "systemen.json"
    file.write_text(json.dumps({"systemen": [SYSTEM]}))
    settings = Settings(data=folder / "data", machines=file, public_url=HERE, mode=Mode.PRODUCTION)
    clock = Clock(NOON)
    gateway = wiring.build(settings, create=True, clock=clock)
    yield Door(gateway, gateway.app(), clock)
    gateway.close()


def claims(door: Door, **differs: object) -> dict[str, object]:
    """Say who one is; ``None`` leaves a claim out."""
    now = int(door.clock.now().timestamp())
    whole: dict[str, object] = {
        "iss": CLIENT,
        "sub": CLIENT,
        "aud": HERE + PATH,
        "iat": now,
        "exp": now + 60,
        "jti": f"{next(_IDS):032x}",
    }
    return {name: value for name, value in (whole | differs).items() if value is not None}


def signed(door: Door, **differs: object) -> str:
    """Sign an assertion with the registered key."""
    head = {"alg": "PS256", "kid": "one"}
    return jwt.encode(head, claims(door, **differs), KEY, algorithms=["PS256"])


def ask(door: Door, assertion: str, /, **form: str) -> httpx.Response:
    """Ask for a token; an empty word leaves one out."""
    whole = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTED,
        "client_assertion": assertion,
    } | form
    return post(door, urlencode({name: value for name, value in whole.items() if value}))


def post(door: Door, body: str, query: str = "") -> httpx.Response:
    """Post a form."""
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return door.ask("POST", PATH + query, None, content=body, headers=headers)


def test_a_system_gets_a_token_and_acts_in_its_role(systems: Door) -> None:
    """Short, without refresh, in the log under its client id; another purpose is refused to it."""
    before = systems.gateway.audit.storage.head().size
    answer = ask(systems, signed(systems), scope="gemeente_klantmanager")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found = answer.json()
    assert set(found) == {"access_token", "token_type", "expires_in"}
    assert found["expires_in"] == LIFETIME.total_seconds()
    entry = systems.payload(before)
    assert (entry["actor"], entry["role"]) == (CLIENT, "gemeente_klantmanager")
    headers = {"Authorization": f"Bearer {found['access_token']}"}
    own = systems.ask("GET", "/v1/clienten?doel=P02", None, headers=headers)
    assert own.status_code == 200
    assert systems.ask("GET", "/v1/clienten?doel=P05", None, headers=headers).status_code == 403


def test_a_token_runs_out(systems: Door) -> None:
    """After a quarter of an hour it is nobody's, and the clock goes back after."""
    headers = {"Authorization": f"Bearer {ask(systems, signed(systems)).json()['access_token']}"}
    now = systems.clock.now()
    systems.clock.wait(LIFETIME + timedelta(seconds=1))
    late = systems.ask("GET", "/v1/clienten?doel=P02", None, headers=headers)
    systems.clock.wait(now - systems.clock.now())
    assert late.status_code == 401


@pytest.mark.parametrize(
    "audience", [HERE, HERE + PATH, [HERE]], ids=["issuer", "endpoint", "a list of one"]
)
def test_an_assertion_may_name_the_gate_or_its_endpoint(systems: Door, audience: object) -> None:
    """Both names of RFC 7523 section 3 are ours; so is either key that was registered."""
    assert ask(systems, signed(systems, aud=audience)).status_code == 200
    curved = jwt.encode({"alg": "ES256", "kid": "two"}, claims(systems, aud=audience), CURVE)
    assert ask(systems, curved).status_code == 200


def test_an_assertion_is_good_once(systems: Door) -> None:
    """Sent again it proves nothing; nor does its id under a fresh signature."""
    token_id = "x" * 32
    assertion = signed(systems, jti=token_id)
    assert ask(systems, assertion).status_code == 200
    for again in (assertion, signed(systems, jti=token_id)):
        answer = ask(systems, again)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    "differs",
    [
        {"iss": "iemand-anders"},
        {"sub": "iemand-anders"},
        {"iss": None},
        {"sub": None},
        {"aud": None},
        {"aud": "https://elders.example/oauth/token"},
        {"aud": [HERE, "https://elders.example"]},
        {"exp": None},
        {"exp": int(NOON.timestamp()) - 3600},
        {"exp": int(NOON.timestamp()) + 86_400},
        {"exp": "morgen"},
        {"iat": None},
        {"iat": int(NOON.timestamp()) + 3600},
        {"nbf": int(NOON.timestamp()) + 3600},
        {"jti": None},
        {"jti": "kort"},
        {"jti": 7},
    ],
)
def test_a_wrong_claim_is_answered_as_any_other(systems: Door, differs: dict[str, object]) -> None:
    """Who, for whom, when, how long, which: each is needed, and the answer does not tell which lacks."""
    answer = ask(systems, signed(systems, **differs))
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def plain(part: object) -> str:
    """Write a part of a token."""
    return urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_signature_is_the_registered_systems_own(systems: Door) -> None:
    """None at all, another key under a known name, and a public key used as a secret prove nothing."""
    body = plain(claims(systems))
    symmetric = plain({"alg": "HS256", "kid": "one"})
    public = KEY.as_pem(private=False)
    forged = hmac.digest(public, f"{symmetric}.{body}".encode(), "sha256")
    secret = jwt.encode({"alg": "HS256"}, claims(systems), OctKey.import_key(b"k" * 32))
    for assertion in (
        f"{plain({'alg': 'none'})}.{body}.",
        f"{plain({'alg': 'none', 'kid': 'one'})}.{body}.",
        jwt.encode({"alg": "RS256", "kid": "one"}, claims(systems), STRANGE),
        f"{symmetric}.{body}.{urlsafe_b64encode(forged).rstrip(b'=').decode()}",
        secret,
        signed(systems)[:-4] + "AAAA",
        "geen token",
        "a.b.c",
        "..",
        f"{plain({})}.{plain([])}.",
    ):
        answer = ask(systems, assertion)
        assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"client_assertion_type": "iets-anders"}, "invalid_client"),
        ({"client_assertion": ""}, "invalid_client"),
        ({"client_secret": "geheim"}, "invalid_client"),
        ({"client_id": "iemand-anders"}, "invalid_client"),
        ({"scope": "privacy_officer"}, "invalid_scope"),
    ],
)
def test_a_request_cannot_ask_for_more(systems: Door, form: dict[str, str], error: str) -> None:
    """Another grant, a second proof, another's name and a wider role are refused in OAuth's words."""
    answer = ask(systems, signed(systems), **form)
    assert answer.json() == {"error": error}
    assert answer.status_code == (401 if error == "invalid_client" else 400)


@pytest.mark.parametrize(
    ("body", "query"),
    [("grant_type=a&grant_type=b", ""), ("x" * 20_000, ""), ("a=b", "?grant_type=a"), ("%ff", "")],
)
def test_a_form_says_each_word_once_and_nothing_in_its_address(
    systems: Door, body: str, query: str
) -> None:
    """Anything else is no request."""
    answer = post(systems, body, query)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_two_uses_at_once_are_one(systems: Door) -> None:
    """Of two requests with one assertion, one gets a token."""
    form = {
        "grant_type": "client_credentials",
        "client_assertion_type": ASSERTED,
        "client_assertion": signed(systems),
    }

    async def both() -> list[int]:
        transport = httpx.ASGITransport(systems.app)
        async with httpx.AsyncClient(transport=transport, base_url=HERE) as client:
            sent = await asyncio.gather(*(client.post(PATH, data=form) for _ in range(2)))
        return sorted(answer.status_code for answer in sent)

    assert asyncio.run(both()) == [200, 401]


def test_systems_are_told_where_to_ask(systems: Door) -> None:
    """The metadata of RFC 8414 name the endpoint and the one way to prove oneself."""
    found = systems.ask("GET", METADATA, None).json()
    assert (found["issuer"], found["token_endpoint"]) == (HERE, HERE + PATH)
    assert found["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]
    assert "none" not in found["token_endpoint_auth_signing_alg_values_supported"]


@pytest.mark.parametrize(
    "differs",
    [
        {"oin": "00000099999999999999"},
        {"rol": "uitzendbureau_matcher"},
        {"jwks": {"keys": []}},
        {"jwks": {"keys": [KEY.as_dict(private=True)]}},
        {"jwks": {"keys": [{"kty": "oct", "k": "Z2VoZWlt" * 6}]}},
        {"jwks": "geheim"},
        {"clientId": ""},
        {"locaties": "geheim"},
    ],
)
def test_a_file_that_names_a_system_wrongly_refuses_to_start(
    tmp_path: Path, differs: dict[str, object]
) -> None:
    """Its place in the list is named, and nothing of what stood there."""
    file = tmp_path / "systemen.json"
    file.write_text(json.dumps({"systemen": [{**SYSTEM, **differs}]}))
    with pytest.raises(SettingsError, match="system 1") as refused:
        read_machines(file, wiring.load_policy().catalogue.partners)
    assert "geheim" not in str(refused.value)
    assert HARDERWIJK not in str(refused.value)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"systemen": [1]}'])
def test_a_file_that_is_none_refuses_to_start(tmp_path: Path, text: str) -> None:
    """No JSON, no list, or a list of something else."""
    file = tmp_path / "systemen.json"
    file.write_text(text)
    with pytest.raises(SettingsError, match="machines"):
        read_machines(file, wiring.load_policy().catalogue.partners)


def test_one_client_id_is_one_system(tmp_path: Path) -> None:
    """The second of a name is refused."""
    file = tmp_path / "systemen.json"
    file.write_text(json.dumps({"systemen": [SYSTEM, SYSTEM]}))
    with pytest.raises(SettingsError, match="system 2"):
        read_machines(file, wiring.load_policy().catalogue.partners)
