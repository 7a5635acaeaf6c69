"""Notices are pushed at least once, with longer waits, and again with each reminder until confirmed."""

import asyncio
import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.push import IDLE, Pushed, PushNotices
from gateway.actions.subscribe import Subscribed, SubscriptionDesk
from gateway.domain.errors import InvalidRequestError, LedgerUnavailableError
from gateway.domain.events import NoticesUndelivered, RoundFailed
from gateway.domain.identifiers import SubjectId
from gateway.domain.notices import TERM
from gateway.domain.reasons import Reason
from gateway.domain.relations import RelationKind
from gateway.domain.subscriptions import (
    FIRST_WAIT,
    LONGEST_WAIT,
    MOST,
    SECRET_PREFIX,
    require_address,
    wait_after,
)
from tests.actions.house import AGENCY, MINUTE, House, run
from tests.actions.test_notices import withdrawn
from tests.fakes.messenger import Messenger, Sent
from tests.fakes.subscriptions import Subscriptions

URL = "https://agency.example/meldingen"
TOWN_URL = "https://town.example/meldingen"
LISTED = "https://poort.example/v1/meldingen"


@dataclass(slots=True)
class Post:
    """A house whose notices are pushed."""

    house: House
    messenger: Messenger = field(default_factory=Messenger)

    @property
    def desk(self) -> SubscriptionDesk:
        """Return where partners subscribe."""
        return SubscriptionDesk(self.house.gate, Subscriptions(self.house.world), self.messenger)

    @property
    def push(self) -> PushNotices:
        """Return what pushes."""
        subscriptions = Subscriptions(self.house.world)
        return PushNotices(self.house.gate, subscriptions, self.messenger, LISTED)

    def subscribe(self, url: str = URL) -> Subscribed:
        """Let the agency subscribe."""
        return run(self.desk.add(self.house.matcher, url))

    def round(self) -> Pushed:
        """Make one round."""
        return run(self.push.round())

    def ids(self) -> list[str]:
        """Return the ids of the messages that arrived."""
        return [one.headers["webhook-id"] for one in self.messenger.sent]


@pytest.fixture(name="post")
def fixture_post(house: House) -> Post:
    """Give a house with a messenger."""
    return Post(house)


def valid(sent: Sent, secret: str) -> bool:
    """Check a message as a receiver does, by Standard Webhooks alone."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    head = f"{sent.headers['webhook-id']}.{sent.headers['webhook-timestamp']}."
    mark = hmac.new(key, head.encode() + sent.body, hashlib.sha256).digest()
    return sent.headers["webhook-signature"] == "v1," + base64.b64encode(mark).decode()


def test_a_notice_is_pushed_once_signed_and_on_record(post: Post) -> None:
    """It names the recipient's own pseudonym and nothing of the person; the next round is silent."""
    made = post.subscribe()
    subject = withdrawn(post.house)
    post.house.forget()
    assert post.round() == Pushed(1, 0)
    (sent,) = post.messenger.sent
    (state,) = post.house.world.notices.values()
    assert json.loads(sent.body) == {
        "type": "melding.open",
        "timestamp": state.notice.at.isoformat(),
        "data": {
            "id": str(state.notice.notice_id),
            "soort": "toestemmingIngetrokken",
            "clientRef": str(post.house.pseudonyms.reference(AGENCY, subject)),
            "uiterlijk": state.notice.due.isoformat(),
            "herinneringen": 0,
            "meldingen": LISTED,
        },
    }
    assert valid(sent, made.secret)
    assert not valid(replace(sent, body=sent.body + b" "), made.secret)
    assert sent.headers["webhook-timestamp"] == str(int(post.house.clock.now().timestamp()))
    assert post.house.kinds() == ["notice: pushed"]
    assert (post.house.records[0].subject, post.house.records[0].recipient) == (subject, AGENCY)
    assert post.round() == Pushed()


def test_where_nobody_answers_the_wait_doubles_up_to_a_day(post: Post) -> None:
    """It is tried at each end of its wait and not before; once it is taken, it is done."""
    post.subscribe()
    withdrawn(post.house)
    post.house.forget()
    post.messenger.away = {URL}
    for attempt in range(15):
        assert post.round() == Pushed(0, 1)
        assert post.round() == Pushed()
        post.house.clock.wait(wait_after(attempt) - timedelta(seconds=1))
        assert post.round() == Pushed()
        post.house.clock.wait(timedelta(seconds=1))
    assert post.messenger.tries == 15
    assert post.house.telemetry.events == [NoticesUndelivered(AGENCY, 1)] * 15
    assert post.house.kinds() == []
    post.messenger.away.clear()
    assert post.round() == Pushed(1, 0)


def test_waits_double_from_half_a_minute_to_a_day() -> None:
    """Thirty seconds, a minute, two, and never more than a day however often it was tried."""
    assert [wait_after(n) / FIRST_WAIT for n in range(4)] == [1, 2, 4, 8]
    assert wait_after(12) == wait_after(10_000) == LONGEST_WAIT


def test_a_crash_before_the_record_tells_it_again_under_the_same_id(post: Post) -> None:
    """Taken there but not noted here: the receiver knows it by its id."""
    post.subscribe()
    withdrawn(post.house)

    def stop() -> None:
        raise LedgerUnavailableError("the log stopped")

    post.messenger.meanwhile.append(stop)
    with pytest.raises(LedgerUnavailableError):
        post.round()
    assert post.round() == Pushed(1, 0)
    first, second = post.ids()
    assert first == second
    assert post.round() == Pushed()


def test_an_unconfirmed_notice_is_chased_until_it_is_confirmed(post: Post) -> None:
    """Taking it is not confirming it: each reminder is pushed under an id of its own."""
    post.subscribe()
    withdrawn(post.house)
    (state,) = post.house.world.notices.values()
    for reminders in range(3):
        assert post.round() == Pushed(1, 0)
        assert json.loads(post.messenger.sent[-1].body)["data"]["herinneringen"] == reminders
        post.house.clock.wait(TERM)
        assert post.round() == Pushed()
        run(post.house.notices.remind(post.house.casemanager))
    assert len(set(post.ids())) == 3
    run(post.house.notices.confirm(post.house.matcher, state.notice.notice_id))
    assert post.round() == Pushed()


def test_who_does_not_answer_holds_up_no_other(post: Post) -> None:
    """One try where nobody answers, for all that is due there; another partner hears of its own."""
    house = post.house
    run(post.desk.add(house.klantmanager, TOWN_URL))
    post.subscribe()
    people = house.people(3)
    for subject in people:
        given = house.consent(subject, "P05", AGENCY)
        run(house.consents.withdraw(house.casemanager, given.consent.consent_id))
        house.relate(subject, RelationKind.ONTKOPPELD, "0243")
    post.messenger.away = {URL}
    assert post.round() == Pushed(3, 3)
    assert post.messenger.tries == 4
    assert {one.url for one in post.messenger.sent} == {TOWN_URL}


def test_a_subscription_that_ends_meanwhile_leaves_nothing_to_do(post: Post) -> None:
    """Its last message is not recorded as pushed, and no other follows."""
    made = post.subscribe()
    withdrawn(post.house)
    post.house.forget()
    gone = made.subscription
    post.messenger.meanwhile.append(post.house.world.post.subscriptions.clear)
    assert post.round() == Pushed(1, 0)
    assert post.house.kinds() == []
    assert gone.subscription_id not in post.house.world.post.subscriptions
    assert post.round() == Pushed()


def test_the_courier_goes_on_after_a_fault_and_tells_operators(post: Post) -> None:
    """A round that fails is told by its type; the next one does what was left."""
    post.subscribe()
    withdrawn(post.house)
    post.house.forget()
    waits: list[float] = []

    def stop() -> None:
        raise LedgerUnavailableError("the log stopped")

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        if len(waits) == 2:
            raise asyncio.CancelledError

    post.messenger.meanwhile.append(stop)
    with pytest.raises(asyncio.CancelledError):
        run(post.push.run(sleep))
    assert waits == [IDLE, IDLE]
    assert post.house.telemetry.events == [RoundFailed("push", "LedgerUnavailableError")]
    assert post.house.kinds() == ["notice: pushed"]


def test_a_partner_sees_and_ends_its_own_subscriptions_only(post: Post) -> None:
    """The secret is in no list and not at rest; another's subscription looks like none; all on record."""
    made = post.subscribe()
    house, one = post.house, made.subscription
    assert run(post.desk.of_partner(house.matcher)) == [one]
    assert run(post.desk.of_partner(house.klantmanager)) == []
    assert base64.b64decode(made.secret.removeprefix(SECRET_PREFIX)) not in one.sealed
    with pytest.raises(DisclosureRefusedError) as refusal:
        run(post.desk.remove(house.klantmanager, one.subscription_id))
    assert refusal.value.decision.hidden
    run(post.desk.remove(house.matcher, one.subscription_id))
    assert run(post.desk.of_partner(house.matcher)) == []
    assert house.kinds() == [
        "notice: subscribed",
        "disclosure.denied: refused",
        "notice: unsubscribed",
    ]
    assert URL not in str(house.records)


def test_who_may_not_read_notices_may_not_subscribe(post: Post) -> None:
    """A role outside the agreement, and a resident herself, are refused on record."""
    house = post.house
    stranger = house.caller("uitzendbureau", "gemeente_klantmanager")
    herself = replace(house.matcher, subject=SubjectId(house.person(1)))
    for caller in (stranger, herself):
        with pytest.raises(DisclosureRefusedError) as refusal:
            run(post.desk.add(caller, URL))
        assert refusal.value.reason is Reason.ACTOR_NOT_ALLOWED
    assert house.kinds() == ["disclosure.denied: refused"] * 2


def test_an_organisation_has_so_many_subscriptions_and_no_more(post: Post) -> None:
    """The one too many, and an address inside the gate's network, are refused by the field."""
    post.messenger.inside = {"https://inside.example/"}
    with pytest.raises(InvalidRequestError, match="url: its host is not a public address"):
        post.subscribe("https://inside.example/")
    for _ in range(MOST):
        post.subscribe()
    with pytest.raises(InvalidRequestError, match="url: an organisation has at most"):
        post.subscribe()
    post.house.clock.wait(MINUTE)
    assert len(run(post.desk.of_partner(post.house.matcher))) == MOST


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://agency.example/", "is not https"),
        ("ftp://agency.example/", "is not https"),
        ("https:///meldingen", "names no host"),
        ("https://agency.example:0/", "names no host"),
        ("https://agency.example:99999/", "is not an address"),
        ("https://[::1/", "is not an address"),
        ("https://u:p@agency.example/", "holds a name or password"),
        ("https://agency.example/#x", "holds a fragment"),
        ("https://agency.example/a b", "holds characters"),
        ("https://agency.example/\n", "holds characters"),
        ("https://ag\u00e9ncy.example/", "holds characters"),
        ("https://agency.example/" + "x" * 500, "is longer than 500"),
    ],
)
def test_a_bad_address_is_refused_by_its_field(url: str, why: str) -> None:
    """The fault is named, and the address itself is not said again."""
    with pytest.raises(InvalidRequestError, match=f"url: {why}") as refused:
        require_address(url, loopback=False)
    assert "agency.example" not in str(refused.value)


def test_plain_http_is_for_a_demo() -> None:
    """Where loopback is allowed http is too; which host it may be is judged apart."""
    for url in ("http://127.0.0.1:9/", "https://agency.example/"):
        require_address(url, loopback=True)
