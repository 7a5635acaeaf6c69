"""Make the blind search terms of a profile: opened only for that, and never shown."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

from gateway.domain.criteria import SEARCHABLE, terms_of
from gateway.domain.deliveries import JsonValue
from gateway.domain.fields import FieldDictionary
from gateway.domain.findable import withheld_from_search
from gateway.domain.identifiers import FieldName
from gateway.domain.ports import BlindIndex, Vault
from gateway.domain.subjects import SealedProfile, Withholding


class SearchTerms:
    """Turns a profile, sealed or in hand, into the terms under which it may be found."""

    def __init__(self, vault: Vault, index: BlindIndex, fields: FieldDictionary) -> None:
        self._vault = vault
        self._index = index
        self._fields = fields

    def of(
        self, profile: SealedProfile | None, withholdings: Iterable[Withholding], moment: datetime
    ) -> tuple[bytes, ...]:
        """Open the searchable fields of a sealed profile, but for those withheld; return its terms."""
        if profile is None:
            return ()
        withheld = withheld_from_search(withholdings, moment)
        opened = self._vault.open(profile, self._fields.mask(SEARCHABLE) & ~withheld)
        values = {
            self._fields.names(1 << number)[0]: json.loads(value)
            for number, value in opened.items()
        }
        return self._of(values)

    def of_values(
        self,
        values: Mapping[FieldName, JsonValue],
        withholdings: Iterable[Withholding],
        moment: datetime,
    ) -> tuple[bytes, ...]:
        """Return the terms of values in hand, but for those withheld."""
        withheld = withheld_from_search(withholdings, moment)
        return self._of(
            {name: value for name, value in values.items() if not self._fields[name].bit & withheld}
        )

    def _of(self, values: Mapping[FieldName, JsonValue]) -> tuple[bytes, ...]:
        return tuple(
            sorted({self._index.term(field, bucket) for field, bucket in terms_of(values)})
        )
