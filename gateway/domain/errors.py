"""Errors that the gate raises by name; each has a stable code, none carries a personal value."""


class GatewayError(Exception):
    """Base of all errors of the gate; ``code`` is stable, the text is for people."""

    code = "GATEWAY_ERROR"


class InvalidRequestError(GatewayError):
    """The question itself is wrong; ``field`` names what, the text says why."""

    code = "INVALID_REQUEST"

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field = field
        self.why = why


class DeliveryRefusedError(GatewayError):
    """A delivery (levering) that cannot be read at all; nothing of it was stored."""

    code = "DELIVERY_REFUSED"


class LedgerUnavailableError(GatewayError):
    """The log could not take the entry, so nothing may leave (HTTP 503)."""

    code = "LEDGER_UNAVAILABLE"


class StoreUnavailableError(GatewayError):
    """The database does not answer now, or not as it promised; nothing may leave (HTTP 503)."""

    code = "STORE_UNAVAILABLE"


class UnreadableValueError(GatewayError):
    """A sealed value does not open: it was moved, changed, or its key is gone."""

    code = "UNREADABLE_VALUE"


class RecipientGoneError(GatewayError):
    """The recipient went away before the last byte."""

    code = "RECIPIENT_GONE"


class SettingsError(GatewayError):
    """The gate refuses to start like this; the text says what to set."""

    code = "SETTINGS"


class PolicyError(GatewayError):
    """The catalogue does not hold; the text lists ``file:line: field: reason``."""

    code = "POLICY"
