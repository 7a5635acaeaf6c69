"""Feeds of source systems: events as they hand them over."""

from adapters.feed.lines import MEDIA_TYPE, EventLines

__all__ = ["MEDIA_TYPE", "EventLines"]
