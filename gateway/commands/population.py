"""Fill a demo gate: synthetic people through the TVS adapter, and consents of some of them."""

import io
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from gateway import wiring
from gateway.api.rendering import ListJson
from gateway.commands.shared import partner_named
from gateway.domain.consent_choices import ConsentWish
from gateway.domain.decisions import Ask
from gateway.domain.deliveries import JsonValue
from gateway.domain.identifiers import ActorId, RoleId
from gateway.domain.partners import Caller

PEOPLE = 500
SEED = 2026
LANGUAGES = ("tir", "ara", "tur", "fas", "ukr", "som")
TEXT_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Person:
    """Someone as one recipient sees her in a list: that recipient's reference, and fields."""

    reference: UUID
    fields: dict[str, object]


def caller_for(gateway: wiring.Gateway, partner: str, role: str, actor: str) -> Caller:
    """Return a worker of a partner; one of COA works for every reception site."""
    organisation = partner_named(partner, gateway.catalogue.partners)
    sites = gateway.catalogue.codes.opvanglocaties
    own = frozenset(sites) if partner == "coa" else frozenset()
    regions = frozenset(sites[site].regio for site in own)
    return Caller(organisation, RoleId(role), ActorId(actor), own, regions)


async def people_of(gateway: wiring.Gateway, caller: Caller, purpose: str) -> AsyncIterator[Person]:
    """Page through everyone the caller may know for a purpose."""
    after: UUID | None = None
    while True:
        ask = Ask(caller, purpose)
        async with gateway.actions.clients(ask, after, ListJson("clientRef")) as page:
            text = b'{"clienten":' + b"".join(page.released.chunks) + b"}"
            after = page.after
        for row in json.loads(text)["clienten"]:
            yield Person(UUID(row["clientRef"]), row["velden"])
        if after is None:
            return


async def fill(gateway: wiring.Gateway, people: int = PEOPLE) -> dict[str, JsonValue]:
    """Deliver synthetic people and record consents; the same again adds nothing."""
    body = io.BytesIO()
    wiring.write_population(body, people, SEED)
    body.seek(0)
    casemanager = caller_for(gateway, "coa", "coa_casemanager", "casemanager-1")
    source = gateway.source_for("levering.json")
    delivered = await gateway.actions.ingest(casemanager, body, source)
    if delivered.seen_before:
        return delivered.report | {"consents": 0}
    return delivered.report | {"consents": await _consents(gateway, casemanager)}


async def _consents(gateway: wiring.Gateway, casemanager: Caller) -> int:
    """Three in five adults agree to be found by agencies; every tenth of them to be introduced."""
    agency = partner_named("uitzendbureau", gateway.catalogue.partners)
    adults = [
        person
        async for person in people_of(gateway, casemanager, "P03")
        if str(person.fields.get("geboortedatum", "9999")) < _adult_before(gateway)
    ]
    count = 0
    for position, person in enumerate(adults):
        subject = gateway.actions.gate.pseudonyms.resolve(casemanager.partner.oin, person.reference)
        language = LANGUAGES[position % len(LANGUAGES)]
        agrees = position % 5 < 3  # noqa: PLR2004 - three in five
        found = ConsentWish(
            subject, "P04", "soort:uitzendbureau", language, TEXT_VERSION, given=agrees
        )
        await gateway.actions.consents.record(casemanager, found)
        count += 1
        if position % 10 == 0:
            named = ConsentWish(
                subject, "P05", agency.oin, language, TEXT_VERSION, interpreter=True
            )
            await gateway.actions.consents.record(casemanager, named)
            count += 1
    return count


def _adult_before(gateway: wiring.Gateway) -> str:
    today = gateway.actions.gate.clock.now().date()
    return f"{today.year - 18:04d}{today.isoformat()[4:]}"
