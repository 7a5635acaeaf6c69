"""The gate's main job told as a story; it stops loudly where the gate does not do what the law says."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from rich.console import Console
from rich.panel import Panel

from audit.note import VerifierKey
from audit.verify import verify_export
from gateway import wiring
from gateway.actions.disclose import Question
from gateway.actions.gate import DisclosureRefusedError
from gateway.actions.search import SearchQuestion, new_session
from gateway.actions.statistics import TableQuestion
from gateway.api.rendering import ListJson, OneJson
from gateway.commands.population import Person, caller_for, people_of
from gateway.commands.statistics import nightly
from gateway.domain.criteria import Criteria, Criterion
from gateway.domain.decisions import Ask
from gateway.domain.identifiers import FieldName
from gateway.domain.partners import Caller
from gateway.domain.reasons import EXPLANATIONS, Reason
from gateway.domain.statistics import WERK

SHOWN = ("roepnaam", "achternaam", "koppelDatum", "nt2NiveauSpreken", "opleidingsniveauHoogste")
FULL_GROUP = 10


class StoryFailedError(Exception):
    """The gate did something else than the law says."""


@dataclass(slots=True)
class Story:
    """Plays the parts of klantmanager, matcher, analyst and privacy officer on an open gate."""

    gateway: wiring.Gateway
    console: Console
    step: int = field(default=0, init=False)

    async def tell(self) -> None:
        """Tell it from delivery to proof; raises ``StoryFailedError``."""
        client = await self._klantmanager()
        await self._other_town(client)
        await self._search()
        await self._introduction()
        await self._analyst(client)
        self._officer()

    async def _klantmanager(self) -> Person:
        caller = caller_for(self.gateway, "harderwijk", "gemeente_klantmanager", "klantmanager-1")
        people = [person async for person in people_of(self.gateway, caller, "P02")]
        self._expect(bool(people), "Harderwijk has linked people")
        answer = await self._ask(caller, people[0].reference, "P02")
        fields: Mapping[str, Any] = answer["velden"]
        self._say(
            "The klantmanager of Harderwijk opens the handover of someone linked to her town (P02)",
            f"{len(people)} people on her list; {len(fields)} fields, "
            f"{len(answer['ontbreekt'])} not on record, {len(answer['geweigerd'])} refused",
            ", ".join(f"{name}: {fields[name]}" for name in SHOWN if name in fields),
            f"log entry {answer['ontvangstbewijs']['index']}",
        )
        self._expect("bsn" in fields or "bsn" in answer["ontbreekt"], "P02 names the BSN")
        self._expect("koppelGemeenteCode" in fields, "the link itself is disclosed")
        special = await self._ask(caller, people[0].reference, "P02", ["religie", "achternaam"])
        why = {row["veld"]: row["reden"] for row in special["geweigerd"]}
        self._expect(why.get("religie") == Reason.SPECIAL_CATEGORY, "religion never leaves")
        self._say(
            "She also asks for the person's religion",
            f"refused: {EXPLANATIONS[Reason.SPECIAL_CATEGORY].en}",
        )
        return people[0]

    async def _other_town(self, client: Person) -> None:
        pseudonyms = self.gateway.actions.gate.pseudonyms
        harderwijk = caller_for(self.gateway, "harderwijk", "gemeente_klantmanager", "x").partner
        utrecht = caller_for(self.gateway, "utrecht", "gemeente_klantmanager", "klantmanager-2")
        subject = pseudonyms.resolve(harderwijk.oin, client.reference)
        known_there = pseudonyms.reference(utrecht.partner.oin, subject)
        refusal = await self._refused(utrecht, known_there, "P02")
        invented = await self._refused(utrecht, UUID(int=7), "P02")
        self._expect(refusal.decision.hidden, "another town does not learn that she exists")
        self._expect(invented.decision.hidden, "and an invented reference looks the same")
        self._say(
            "Utrecht asks for the same person",
            f"not found: {EXPLANATIONS[refusal.reason].en}",
        )

    async def _search(self) -> None:
        matcher = caller_for(self.gateway, "uitzendbureau", "uitzendbureau_matcher", "matcher-1")
        broad = await self._find(matcher, Criteria())
        self._expect(not broad["teKlein"], "enough people agreed to be found")
        self._expect(len(broad["kandidaten"]) >= FULL_GROUP, "a group of ten or more is shown")
        names = {"achternaam", "roepnaam", "bsn", "vNummer", "geboortedatum", "nationaliteit"}
        shown = {name for row in broad["kandidaten"] for name in row["velden"]}
        self._expect(not shown & names, "nobody is named at the search stage")
        self._say(
            "A matcher of the agency searches candidates who agreed to be found (P04)",
            f"about {broad['aantal']}, without names: {', '.join(sorted(shown)[:6])}, …",
        )
        narrow = Criteria(
            (
                Criterion(FieldName("engels_niveau"), ("C2",)),
                Criterion(FieldName("nt2_niveau_spreken"), ("B2",)),
                Criterion(FieldName("arbeidsmarktregio"), ("Zeeland",)),
            )
        )
        small = await self._find(matcher, narrow)
        self._expect(bool(small["teKlein"]), "fewer than ten are not shown")
        self._say(
            "She narrows the search until only a few would fit",
            f"refused: {EXPLANATIONS[Reason.GROUP_TOO_SMALL].en}",
        )

    async def _introduction(self) -> None:
        matcher = caller_for(self.gateway, "uitzendbureau", "uitzendbureau_matcher", "matcher-1")
        introduced = [person async for person in people_of(self.gateway, matcher, "P05")]
        self._expect(bool(introduced), "some people were introduced to the agency")
        reference = introduced[0].reference
        answer = await self._ask(matcher, reference, "P05", ["roepnaam", "achternaam", "bsn"])
        why = {row["veld"]: row["reden"] for row in answer["geweigerd"]}
        self._expect("achternaam" in answer["velden"], "consent opens the name")
        self._expect(why.get("bsn") == Reason.FIELD_NOT_IN_PURPOSE, "the BSN stays closed")
        self._say(
            "She opens a candidate who agreed to be introduced (P05), and tries the BSN as well",
            f"named: {answer['velden'].get('roepnaam', '')} {answer['velden']['achternaam']}",
            f"bsn refused: {EXPLANATIONS[Reason.FIELD_NOT_IN_PURPOSE].en}",
        )
        await self._withdraw(matcher, reference)
        refusal = await self._refused(matcher, reference, "P05")
        self._expect(refusal.reason is Reason.CONSENT_WITHDRAWN, "withdrawal works at once")
        self._say(
            "The candidate takes the consent back; the matcher asks again",
            f"refused: {EXPLANATIONS[refusal.reason].en}",
        )

    async def _withdraw(self, matcher: Caller, reference: UUID) -> None:
        actions = self.gateway.actions
        casemanager = caller_for(self.gateway, "coa", "coa_casemanager", "casemanager-1")
        subject = actions.gate.pseudonyms.resolve(matcher.partner.oin, reference)
        consents = await actions.consents.of_subject(casemanager, subject)
        given = next(
            c for c in consents if c.scope.recipient == matcher.partner.oin and c.ended is None
        )
        await actions.consents.withdraw(casemanager, given.consent_id)

    async def _analyst(self, client: Person) -> None:
        coa = caller_for(self.gateway, "coa", "analist", "analyst-1")
        counted = await self.gateway.actions.counting(nightly(coa.partner))
        self._say(
            "At night the gate counts everyone; an analyst of COA asks who works (P09)",
            f"{counted.people} counted",
            await self._table(coa),
        )
        harderwijk = caller_for(self.gateway, "harderwijk", "gemeente_klantmanager", "x").partner
        pseudonyms = self.gateway.actions.gate.pseudonyms
        subject = pseudonyms.resolve(harderwijk.oin, client.reference)
        known = pseudonyms.reference(coa.partner.oin, subject)
        refusal = await self._refused(coa, known, "P09")
        self._expect(refusal.reason is Reason.AGGREGATES_ONLY, "an analyst opens nobody")
        self._say(
            "She tries to open the person from Harderwijk",
            f"refused: {EXPLANATIONS[refusal.reason].en}",
        )

    async def _table(self, analyst: Caller) -> str:
        question = TableQuestion(Ask(analyst, "P09"), "werk-per-locatie", (WERK,))
        try:
            told = await self.gateway.actions.statistics.query(question)
        except DisclosureRefusedError as refusal:
            self._expect(refusal.reason is Reason.GROUP_TOO_SMALL, "only few people are withheld")
            return f"refused: {EXPLANATIONS[refusal.reason].en}"
        shown = {at[0]: n for at, n in told.table.cells.items() if n is not None}
        self._expect(min(shown.values()) >= FULL_GROUP, "no number under ten is told")
        numbers = ", ".join(f"{status or 'all'}: {n}" for status, n in shown.items())
        return f"{numbers}; {len(told.table.cells) - len(shown)} numbers withheld"

    def _officer(self) -> None:
        audit = self.gateway.audit
        faults = audit.verify()
        self._expect(not faults, "the log is whole")
        with tempfile.TemporaryDirectory() as scratch:
            export = Path(scratch) / "log"
            audit.export(export, payloads=False)
            offline = verify_export(export, VerifierKey.parse(audit.vkey()))
        self._expect(not offline, "the exported log verifies offline")
        head = audit.head()
        self._say(
            "The privacy officer verifies the log, live and as an export checked offline",
            f"{head.size} entries, root {audit.root_of(head)}",
        )

    async def _ask(
        self, caller: Caller, reference: UUID, purpose: str, names: list[str] | None = None
    ) -> dict[str, Any]:
        question = self._question(caller, reference, purpose, names)
        async with self.gateway.actions.disclose.one(question) as released:
            answer: dict[str, Any] = json.loads(b"".join(released.chunks))
        return answer

    async def _refused(
        self, caller: Caller, reference: UUID, purpose: str
    ) -> DisclosureRefusedError:
        try:
            await self._ask(caller, reference, purpose)
        except DisclosureRefusedError as refusal:
            return refusal
        raise StoryFailedError(f"{purpose} was answered where the law says no")

    def _question(
        self, caller: Caller, reference: UUID, purpose: str, names: list[str] | None
    ) -> Question:
        gate = self.gateway.actions.gate
        subject = gate.pseudonyms.resolve(caller.partner.oin, reference)
        mask = None if names is None else gate.fields.mask(FieldName(name) for name in names)
        return Question(Ask(caller, purpose, mask), (subject,), OneJson())

    async def _find(self, caller: Caller, criteria: Criteria) -> dict[str, Any]:
        question = SearchQuestion(
            Ask(caller, "P04"), criteria, new_session(), 0, lambda _: ListJson("kandidaatRef")
        )
        async with self.gateway.actions.search(question) as found:
            if found.released is None:
                return {"teKlein": True, "kandidaten": []}
            text = b'{"kandidaten":' + b"".join(found.released.chunks) + b"}"
            answer: dict[str, Any] = json.loads(text)
            return answer | {"teKlein": False, "aantal": found.count}

    def _expect(self, condition: bool, claim: str) -> None:  # noqa: FBT001 - the claim names it
        if not condition:
            raise StoryFailedError(f"not so: {claim}")

    def _say(self, asked: str, *answers: str) -> None:
        self.step += 1
        body = "\n".join(answer for answer in answers if answer)
        self.console.print(Panel(body, title=f"{self.step}. {asked}", title_align="left"))
