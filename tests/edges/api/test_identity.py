"""Who is asking: only a token that this gate signed, for a partner it knows, until it expires."""

import base64
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import OctKey

from gateway import wiring
from gateway.api.identity import ALGORITHM, AUDIENCE, CACHED, ISSUER, InsecureTokens
from gateway.api.problems import UnauthorizedError
from gateway.domain.callers import Persona
from gateway.domain.errors import SettingsError
from gateway.domain.identifiers import ActorId, Oin, RoleId
from gateway.settings import Mode, Settings
from tests.edges.api.door import HERE, NOON, OWN, Door

KEY = b"k" * 32
COA = Oin("00000099000000001000")
HARDERWIJK = Oin("00000099000000002430")


@pytest.fixture(name="tokens", scope="module")
def fixture_tokens() -> InsecureTokens:
    """Make a door with a key of its own."""
    catalogue = wiring.load_policy().catalogue
    return InsecureTokens(KEY, catalogue.partners, catalogue.codes.opvanglocaties)


def claims(**differs: object) -> dict[str, object]:
    """Claim to be a klantmanager of Harderwijk for an hour."""
    whole: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "worker-1",
        "oin": HARDERWIJK,
        "role": "gemeente_klantmanager",
        "exp": int(NOON.timestamp()) + 3600,
    }
    return {name: value for name, value in (whole | differs).items() if value is not None}


def signed(key: bytes = KEY, **differs: object) -> str:
    """Sign claims."""
    return jwt.encode({"alg": ALGORITHM}, claims(**differs), OctKey.import_key(key))


def plain(part: dict[str, object]) -> str:
    """Write a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def test_a_signed_token_becomes_its_caller(tokens: InsecureTokens) -> None:
    """Partner, role and worker come from the token, sites only for COA."""
    caller = tokens.caller(signed(loc=[HERE]), NOON)
    assert (caller.partner.oin, caller.role, caller.actor) == (
        HARDERWIJK,
        "gemeente_klantmanager",
        "worker-1",
    )
    assert (caller.locations, caller.regions, caller.subject) == (frozenset(), frozenset(), None)
    coa = tokens.caller(signed(oin=COA, loc=[HERE, "nergens"]), NOON)
    assert (coa.locations, coa.regions) == (frozenset({HERE, "nergens"}), frozenset({"Oost"}))
    assert tokens.caller(signed(oin=COA, loc="overal"), NOON).locations == frozenset()


def test_what_is_issued_is_accepted_until_its_hour_is_over(tokens: InsecureTokens) -> None:
    """A token holds to its last second, also when it was seen before, and no longer."""
    catalogue = wiring.load_policy().catalogue
    persona = Persona(catalogue.partners[COA], RoleId("analist"), ActorId("a"))
    token = tokens.issue(persona, NOON)
    for seconds in (0, 3599, 3599):
        assert tokens.caller(token, NOON + timedelta(seconds=seconds)).actor == "a"
    for _ in range(2):
        with pytest.raises(UnauthorizedError):
            tokens.caller(token, NOON + timedelta(seconds=3601))


FORGERIES = {
    "another key": signed(b"x" * 32),
    "over": signed(exp=int(NOON.timestamp()) - 1),
    "without end": signed(exp=None),
    "end is no time": signed(exp="morgen"),
    "another issuer": signed(iss="someone-else"),
    "no issuer": signed(iss=None),
    "another audience": signed(aud="another-gate"),
    "no audience": signed(aud=None),
    "unknown partner": signed(oin="00000099000000009999"),
    "no partner": signed(oin=None),
    "another algorithm": f"{plain({'alg': 'HS512'})}.{plain(claims())}.{signed()[-43:]}",
    "algorithm none": f"{plain({'alg': 'none'})}.{plain(claims())}.",
    "no signature": f"{plain({'alg': 'HS256'})}.{plain(claims())}.",
    "cut short": signed()[:-4],
    "made longer": f"{signed()}AAAA",
    "empty": "",
    "three letters": "a.b.c",
    "not ascii": "é",
}


@pytest.mark.parametrize("token", FORGERIES.values(), ids=FORGERIES)
def test_what_was_not_signed_for_this_gate_is_nobody(tokens: InsecureTokens, token: str) -> None:
    """Other keys, times, issuers, audiences, partners and algorithms, and no signature at all."""
    with pytest.raises(UnauthorizedError, match="a valid bearer token is needed"):
        tokens.caller(token, NOON)


@given(st.text(max_size=60) | st.from_regex(r"[\w-]{0,20}\.[\w-]{0,20}\.[\w-]{0,20}"))
def test_no_text_breaks_the_door(tokens: InsecureTokens, text: str) -> None:
    """Whatever someone sends, it is refused in one way."""
    with pytest.raises(UnauthorizedError):
        tokens.caller(text, NOON)


def test_the_memory_of_verified_tokens_is_bounded() -> None:
    """After some thousands of tokens the door forgets, and still knows each of them."""
    catalogue = wiring.load_policy().catalogue
    tokens = InsecureTokens(KEY, catalogue.partners, catalogue.codes.opvanglocaties)
    first = signed(sub="first")
    tokens.caller(first, NOON)
    tokens._verified |= {
        number.to_bytes(32, "big"): (tokens.caller(first, NOON), 0.0) for number in range(CACHED)
    }
    tokens.caller(signed(sub="second"), NOON)
    assert len(tokens._verified) == 1
    assert tokens.caller(first, NOON).actor == "first"


def test_without_a_valid_token_the_answer_is_401(door: Door) -> None:
    """No header, another scheme, and a forged token get the same answer and how to sign in."""
    answers = [
        door.ask("GET", "/v1/clienten", None, headers=headers)
        for headers in (
            {},
            {"Authorization": "Basic YTpi"},
            {"Authorization": "Bearer"},
            {"Authorization": f"Bearer {signed()}"},
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert {answer.headers["www-authenticate"] for answer in answers} == {"Bearer"}
    assert len({answer.content for answer in answers}) == 1
    assert answers[0].headers["content-type"] == "application/problem+json"


def test_an_expired_token_is_401(door: Door) -> None:
    """A token of a minute ago that lived for a second is over."""
    token = door.token("gemeente_klantmanager", lifetime=timedelta(seconds=-60))
    answer = door.ask("GET", "/v1/clienten", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_a_resident_asks_about_herself(door: Door) -> None:
    """The subject of a token is who the resident is."""
    body = door.disclose("betrokkene", "P11", OWN).json()
    assert body["velden"]["achternaam"] == f"Voorbeeld{OWN}"


def test_production_has_no_local_tokens(tmp_path_factory: pytest.TempPathFactory) -> None:
    """In production settings the insecure door does not exist: none is issued, none accepted."""
    folder = tmp_path_factory.mktemp("production") / "data"
    demo = wiring.build(Settings(data=folder), create=True)
    persona = Persona(demo.catalogue.partners[COA], RoleId("coa_casemanager"), ActorId("a"))
    token = demo.token(persona)
    demo.close()
    gateway = wiring.build(Settings(data=folder, mode=Mode.PRODUCTION, host="0.0.0.0"))  # noqa: S104 - what production may do
    try:
        with pytest.raises(SettingsError, match="demo mode only"):
            gateway.token(persona)
        one = Door(gateway, gateway.app(), None)  # type: ignore[arg-type]  # no clock is asked
        answer = one.ask(
            "GET", "/v1/leveringen", None, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 401
    finally:
        gateway.close()
