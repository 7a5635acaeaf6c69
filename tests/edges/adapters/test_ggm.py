"""The mapping to the Gemeentelijk Gegevensmodel: one source for code and page, and nothing made up."""

import json

from adapters.ggm import GgmJson, entities, targets
from gateway.domain.identifiers import FieldName
from tests.edges.adapters.people import catalogue, people, written


def test_every_row_names_a_stored_field_once() -> None:
    """A field has one place in the model, and a place one field."""
    fields = catalogue().fields
    named = [one.field for one in targets()]
    assert len(named) == len(set(named))
    assert all(fields[name].stored for name in named)
    places = [(one.entity, one.attribute) for one in targets()]
    assert len(places) == len(set(places))


def test_every_field_of_that_source_is_mapped() -> None:
    """What the dictionary took from the model has its place there, and is no mere proposal."""
    took = {spec.name for spec in catalogue().fields if spec.stored and "GGM Model" in spec.source}
    sure = {one.field for one in targets() if one.status != "voorstel"}
    assert sure == took


def test_values_stand_under_the_names_of_the_model() -> None:
    """Granted values move; what the model has no place for stays behind."""
    told = entities({FieldName("werkambitie"): "kok\u202e", FieldName("roepnaam"): "Layla"})
    assert told == {"Werk": {"ambitie": "kok"}}


def test_a_file_has_a_line_a_person() -> None:
    """The file is JSON with everyone's entities under her reference."""
    shares = people(5)
    lines = json.loads(written(GgmJson(), shares))["personen"]
    assert [one.pop("referentie") for one in lines] == [str(one.reference) for one in shares]
    assert lines == [entities(one.values) for one in shares]
