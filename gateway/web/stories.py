"""The story of a decision in the reader's language, with the bases and terms that rules say in English."""

from collections.abc import Sequence
from dataclasses import replace

from gateway.domain.explain import Told
from gateway.domain.sentences import render
from gateway.web import bases, retention
from gateway.web.visit import Visit
from gateway.web.words import AMSTERDAM


def in_words(visit: Visit, story: Sequence[Told]) -> Sequence[str]:
    """Tell it step by step."""
    steps = [
        replace(
            one,
            basis=one.basis and bases.in_words(one.basis, visit.language),
            retention=one.retention and retention.in_words(one.retention, visit.language),
        )
        for one in story
    ]
    return render(steps, visit.language, visit.rooms.desks.gate.fields, AMSTERDAM)
