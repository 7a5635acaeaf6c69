"""Which words may carry a consent here (GDPR art. 7(2) and 12(1)): the text, and who vouches for it."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.domain.consent_texts import ConsentText
from gateway.domain.errors import InvalidRequestError
from gateway.domain.findable import BY_KIND
from gateway.domain.identifiers import Oin
from gateway.domain.partners import Partner
from gateway.domain.ports import ConsentTexts
from gateway.domain.purposes import Purpose


@dataclass(frozen=True, slots=True)
class Wording:
    """The shelf of texts, and the partners they speak of.

    ``unreviewed`` lets a text that no native speaker read carry a consent; in the demo only.
    """

    texts: ConsentTexts
    partners: Mapping[Oin, Partner]
    unreviewed: bool

    def text(
        self, purpose: Purpose, recipient: str, language: str, version: str | None = None
    ) -> ConsentText:
        """Return the words for a recipient: an OIN, or ``soort:<partner kind>``.

        Raises ``InvalidRequestError`` for an unknown recipient, language or version.
        """
        return self.texts.get(purpose.short, self.kind(recipient), language, version)

    def vouch(self, text: ConsentText, interpreter_name: str | None) -> None:
        """Refuse a yes to words that nobody vouches for: no native speaker, and no interpreter."""
        if not (text.reviewed or self.unreviewed or (interpreter_name or "").strip()):
            raise InvalidRequestError(
                "tekstVersie",
                "no native speaker reviewed this text; "
                "name the interpreter who read the Dutch text aloud",
            )

    def kind(self, recipient: str) -> str:
        """Return which kind of partner a recipient is; raises ``InvalidRequestError``."""
        if recipient.startswith(BY_KIND):
            return recipient.removeprefix(BY_KIND)
        partner = self.partners.get(Oin(recipient))
        if partner is None:
            raise InvalidRequestError("ontvanger", "is not a partner with an agreement")
        return partner.kind
