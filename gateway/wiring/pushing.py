"""Builds what tells partners' own systems of their notices; it holds no rule."""

from adapters.webhooks.http import WebhookMessenger
from gateway.actions.gate import Gate
from gateway.actions.push import PushNotices
from gateway.actions.subscribe import SubscriptionDesk
from gateway.settings import Mode, Settings
from gateway.store.database import Database
from gateway.store.subscriptions import Subscriptions


def subscription_desk(settings: Settings, gate: Gate, database: Database) -> SubscriptionDesk:
    """Build the desk where partners subscribe."""
    return SubscriptionDesk(gate, Subscriptions(database), _messenger(settings))


def push_of(settings: Settings, gate: Gate, database: Database) -> PushNotices:
    """Build what pushes; a message names the page of notices under the public address."""
    listed = f"{settings.public_url.rstrip('/')}/v1/meldingen"
    return PushNotices(gate, Subscriptions(database), _messenger(settings), listed)


def _messenger(settings: Settings) -> WebhookMessenger:
    return WebhookMessenger(loopback=settings.mode is Mode.DEMO)
