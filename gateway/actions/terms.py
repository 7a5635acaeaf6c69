"""Make the blind search terms of a profile: opened only for that, and never shown."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from gateway.actions.desk import Seat
from gateway.actions.gate import Gate
from gateway.actions.unreadable import left
from gateway.domain.blind import Held
from gateway.domain.criteria import SEARCHABLE, terms_of
from gateway.domain.deliveries import JsonValue
from gateway.domain.errors import UnreadableValueError
from gateway.domain.fields import FieldDictionary
from gateway.domain.findable import withheld_from_search
from gateway.domain.identifiers import FieldName, SubjectId
from gateway.domain.ports import BlindIndex, Vault
from gateway.domain.subjects import SealedProfile, Withholding


async def found_by(
    gate: Gate, terms: "SearchTerms", seat: Seat, withholdings: Iterable[Withholding]
) -> tuple[Held, ...]:
    """Make the terms by which someone is found; none where her profile does not open, on record.

    What is said about her, or asked by her, holds then all the same.
    """
    context, profile = seat.context, seat.dossier.profile
    try:
        return terms.of(profile, withholdings, context.moment)
    except UnreadableValueError as error:
        subject = seat.dossier.situation.subject
        await gate.ledger.append([left(gate, context, subject, error)])
        return ()


class SearchTerms:
    """Turns a profile, sealed or in hand, into the terms under which it may be found."""

    def __init__(self, vault: Vault, index: BlindIndex, fields: FieldDictionary) -> None:
        self._vault = vault
        self._index = index
        self._fields = fields

    def of(
        self, profile: SealedProfile | None, withholdings: Iterable[Withholding], moment: datetime
    ) -> tuple[Held, ...]:
        """Open the searchable fields of a sealed profile, but for those withheld; return its terms."""
        if profile is None:
            return ()
        withheld = withheld_from_search(withholdings, moment)
        opened = self._vault.open(profile, self._fields.mask(SEARCHABLE) & ~withheld)
        values = {
            self._fields.names(1 << number)[0]: json.loads(value)
            for number, value in opened.items()
        }
        return self._of(profile.subject, values)

    def of_values(
        self,
        subject: SubjectId,
        values: Mapping[FieldName, JsonValue],
        withholdings: Iterable[Withholding],
        moment: datetime,
    ) -> tuple[Held, ...]:
        """Return the terms of values in hand, but for those withheld."""
        withheld = withheld_from_search(withholdings, moment)
        open_ = {n: value for n, value in values.items() if not self._fields[n].bit & withheld}
        return self._of(subject, open_)

    def _of(self, subject: SubjectId, values: Mapping[FieldName, JsonValue]) -> tuple[Held, ...]:
        terms = {self._index.term(field, bucket) for field, bucket in terms_of(values)}
        return tuple(Held(term, self._index.seal(term, subject)) for term in sorted(terms))
