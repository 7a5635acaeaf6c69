"""A resident's code: made by who guides her, opened with her birth date, guessed at in vain."""

from dataclasses import replace
from typing import Final

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.own_access import Key, Let, NoEntryError
from gateway.domain import own_access
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.identifiers import SubjectId
from gateway.domain.own_access import (
    CODE_LASTS,
    SESSION_LASTS,
    TRIES,
    TRIES_OF_ADDRESS,
    WINDOW,
)
from gateway.domain.reasons import Reason
from gateway.domain.records import RecordKind
from tests.actions.house import MINUTE, NOON, House, row, run

PHONE: Final = "192.0.2.1"
OTHER: Final = "192.0.2.2"


def made(house: House, subject: SubjectId) -> str:
    """Make a code at the desk."""
    return run(house.own.make(house.casemanager, subject))


def key(code: str, day: str = "1", month: str = "5", year: str = "1990") -> Key:
    """Type a code and a birth date; that of everyone here is the first of May 1990."""
    return Key(code, day, month, year)


def enter(house: House, typed: Key, address: str = PHONE) -> Let:
    """Come in."""
    return run(house.own.enter(typed, address))


def refused(house: House, typed: Key, address: str = PHONE) -> None:
    """Try to come in, in vain."""
    with pytest.raises(NoEntryError):
        enter(house, typed, address)


def wrong_code(code: str) -> str:
    """Return another code."""
    return f"{(int(code) + 1) % 10**12:012d}"


def test_a_code_opens_her_own_data_and_no_other(house: House) -> None:
    """Who comes in asks as herself: her own profile, under the agreement of residents."""
    her, other = house.people(2)
    made(house, other)
    let = enter(house, key(made(house, her)))
    assert let.herself.caller.subject == her
    assert (let.herself.caller.role, let.herself.caller.partner.kind) == (
        "betrokkene",
        "betrokkene",
    )
    again = run(house.own.resume(let.id))
    assert again == let.herself


def test_what_is_kept_shows_neither_code_nor_date_nor_id(house: House) -> None:
    """Keyed terms and a digest: a copy of the store opens nothing."""
    code = made(house, house.person(1))
    assert len(code) == 12
    assert code not in repr(house.world.wicket)
    assert "1990" not in repr(house.world.wicket.codes)
    let = enter(house, key(code))
    assert let.id not in repr(house.world.wicket)
    assert let.herself.csrf not in {let.id, let.herself.session.key.hex()}


def test_a_code_is_used_once(house: House) -> None:
    """On one device: who brings it on another, with the right date, stays outside."""
    code = made(house, house.person(1))
    enter(house, key(code))
    refused(house, key(code), OTHER)
    assert len(house.world.wicket.sessions) == 1


def test_two_devices_at_once_let_in_one(house: House) -> None:
    """Whose entry comes second found the code still there, and is refused all the same."""
    code = made(house, house.person(1))
    house.ledger.before.append(house.world.wicket.codes.clear)
    refused(house, key(code))
    assert house.world.wicket.sessions == {}
    assert house.kinds()[-1] == "session: code refused"


def test_a_newer_code_ends_the_one_before(house: House) -> None:
    """So a lost paper, and a lost phone, are made worthless at the desk."""
    her = house.person(1)
    first = made(house, her)
    second = made(house, her)
    refused(house, key(first))
    phone = enter(house, key(second))
    assert phone.herself.caller.subject == her
    made(house, her)
    assert run(house.own.resume(phone.id)) is None


@pytest.mark.parametrize("early", [True, False])
def test_a_code_lasts_a_day(house: House, early: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """A minute before it ends it opens; from then on it does not."""
    code = made(house, house.person(1))
    house.clock.wait(CODE_LASTS - MINUTE if early else CODE_LASTS)
    if early:
        assert enter(house, key(code)).herself.caller.subject
    else:
        refused(house, key(code))


def test_a_code_does_not_open_with_another_birth_date(house: House) -> None:
    """It is bound to the person: also to no date, and to a part of hers."""
    code = made(house, house.person(1))
    for day, month, year in (("2", "5", "1990"), ("", "", ""), ("", "5", "1990")):
        refused(house, key(code, day, month, year))


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ("1990-05-01", ("01", "05", "1990")),
        ("1990-05-01", (" 1", "5 ", "1990")),
        ("1990-05-01", ("\u0661", "\u0665", "\u0661\u0669\u0669\u0660")),
        ("1990-05-01", ("\u06f1", "\u06f5", "\u06f1\u06f9\u06f9\u06f0")),
        ("1990", ("", "", "1990")),
        ("1990", ("0", "00", "1990")),
        ("1990-05", ("00", "5", "1990")),
    ],
    ids=["whole", "spaces", "arabic", "persian", "year", "zeros", "month"],
)
def test_a_date_is_read_as_she_writes_it(
    house: House, kept: str, typed: tuple[str, str, str]
) -> None:
    """In the digits of her script, and as far as it is known: papers say 00-00-1990."""
    house.deliver(row(1, geboortedatum=kept))
    her = house.subject(1)
    code = run(house.own.make(house.casemanager, her, guardian=True))
    spaced = " ".join((code[:3], code[3:6], code[6:9], code[9:]))
    eastern = "".join(chr(0x0660 + int(one)) if one.isdigit() else "-" for one in spaced)
    assert enter(house, Key(eastern, *typed)).herself.caller.subject == her


def test_wrong_dates_kill_a_code(house: House) -> None:
    """After some guesses the right date opens nothing, from wherever it comes."""
    code = made(house, house.person(1))
    for _ in range(TRIES):
        refused(house, key(code, "2"), OTHER)
    refused(house, key(code))


def test_an_address_that_guesses_codes_is_shut_out_for_an_hour(house: House) -> None:
    """Then it may try again; others were never shut out."""
    her, other = house.people(2)
    code, second = made(house, her), made(house, other)
    for _ in range(TRIES_OF_ADDRESS):
        refused(house, key(wrong_code(code)))
    refused(house, key(code))
    assert enter(house, key(second), OTHER).herself.caller.subject == other
    house.clock.wait(WINDOW)
    assert enter(house, key(code)).herself.caller.subject == her


def test_guesses_from_everywhere_are_counted_together(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who changes her address with every guess meets the limit of all."""
    code = made(house, house.person(1))
    monkeypatch.setattr(own_access, "TRIES_OF_ALL", 10)
    for number in range(10):
        refused(house, key(wrong_code(code)), f"198.51.100.{number}")
    refused(house, key(code), OTHER)


def test_every_deed_is_in_the_log_and_hers_in_her_count(house: House) -> None:
    """Code made, refused, opened and closed; a guess at no code names nobody."""
    her = house.person(1)
    code = made(house, her)
    refused(house, key(wrong_code(code)))
    refused(house, key(code, "2"))
    run(house.own.leave(enter(house, key(code)).herself))
    told = [(one.outcome, one.subject) for one in house.records if one.kind is RecordKind.SESSION]
    assert told == [
        ("code made", her),
        ("code refused", None),
        ("code refused", her),
        ("opened", her),
        ("closed", her),
    ]
    assert not any(code in repr(one) or "1990" in repr(one.detail) for one in house.records)
    assert PHONE not in repr(house.records)


def test_her_birth_date_is_disclosed_to_the_desk(house: House) -> None:
    """It is opened for the casemanager who makes the code, after its entry, and nothing else is."""
    her = house.person(1)
    made(house, her)
    intent = house.records[0]
    assert (intent.kind, intent.fields) == (RecordKind.INTENT, ("geboortedatum",))
    assert intent.detail["for"] == "code"
    assert house.journal == ["disclosure.intent", "open", "disclosure.outcome", "session"]


def test_only_who_guides_her_makes_a_code(house: House) -> None:
    """No klantmanager, no one of another site, and she herself does not; each try is on record."""
    her = house.person(1)
    herself = replace(house.caller("betrokkene", "betrokkene"), subject=her)
    elsewhere = house.caller("coa", "coa_casemanager", sites=("AZC-UTR-02",))
    for caller in (house.klantmanager, house.matcher, herself, elsewhere):
        with pytest.raises(DisclosureRefusedError):
            run(house.own.make(caller, her))
        assert house.records[-1].kind is RecordKind.DENIED
    assert house.world.wicket.codes == {}


def test_who_is_hidden_gets_no_code(house: House) -> None:
    """A shielded resident looks like nobody, here too."""
    her = house.person(1)
    house.world.people[her] = replace(house.world.people[her], shielded=True)
    with pytest.raises(DisclosureRefusedError) as refusal:
        made(house, her)
    assert refusal.value.decision.hidden
    assert refusal.value.reason is not Reason.PURPOSE_NOT_IN_AGREEMENT


@pytest.mark.parametrize("born", ["2015-05-01", "2010"])
def test_a_child_s_code_is_for_her_representative(house: House, born: str) -> None:
    """Under 16, or while that is not known, one must be there (UAVG art. 5)."""
    house.deliver(row(1, geboortedatum=born))
    her = house.subject(1)
    with pytest.raises(InvalidRequestError, match="voogd"):
        made(house, her)
    assert run(house.own.make(house.casemanager, her, guardian=True))


def test_without_a_birth_date_there_is_no_code(house: House) -> None:
    """Half a key is none."""
    house.deliver(row(1, geboortedatum=None))
    with pytest.raises(InvalidRequestError, match="geboortedatum"):
        run(house.own.make(house.casemanager, house.subject(1), guardian=True))


def test_a_session_is_short_and_ends_when_she_leaves(house: House) -> None:
    """After its time, and after she left, the same id is nobody; an invented one always was."""
    her = house.person(1)
    let = enter(house, key(made(house, her)))
    assert let.herself.session.opened == NOON
    house.clock.wait(SESSION_LASTS - MINUTE)
    assert run(house.own.resume(let.id)) is not None
    house.clock.wait(MINUTE)
    assert run(house.own.resume(let.id)) is None
    second = enter(house, key(made(house, her)))
    run(house.own.leave(second.herself))
    assert run(house.own.resume(second.id)) is None
    assert run(house.own.resume("invented")) is None


def test_without_the_log_nothing_opens(house: House) -> None:
    """No entry, no session, and no code used."""
    code = made(house, house.person(1))
    house.inner.lose = 1
    with pytest.raises(LedgerUnavailableError):
        enter(house, key(code))
    assert enter(house, key(code)).herself.caller.subject
