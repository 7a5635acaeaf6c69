"""Synthetic people: a population for demo, tests and benches, and the TVS delivery that brings it."""

from adapters.synthetic.document import write_json
from adapters.synthetic.people import population

__all__ = ["population", "write_json"]
