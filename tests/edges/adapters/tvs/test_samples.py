"""The sample deliveries, in four formats, come out as a careful importer would have them."""

import json
from pathlib import Path
from typing import Any

import pytest

from adapters.tvs import Limits, source_for
from gateway.domain.deliveries import JudgedRow
from gateway.domain.intake import DeliveryReport, ReportLine, judge
from policies.catalogue import Catalogue

SAMPLES = Path(__file__).parents[3] / "samples" / "tvs"
FORMATS = ("csv", "xlsx", "json", "xml")


def judged(catalogue: Catalogue, path: Path) -> tuple[list[JudgedRow], dict[str, Any]]:
    """Read and judge a delivery; give the rows and the report."""
    source = source_for(path.name, catalogue.fields, Limits())
    with path.open("rb") as stream, source.read(stream) as delivery:
        rows = list(judge(delivery.rows, catalogue.fields, catalogue.codes))
        report = DeliveryReport.of(
            map(ReportLine.of, rows), delivery.blocked_columns, delivery.unknown_columns
        )
    return rows, report.as_json()


@pytest.mark.parametrize("kind", FORMATS)
def test_the_report_is_as_expected(catalogue: Catalogue, kind: str) -> None:
    """Every count, column, row number, V-nummer and outcome is that of the expected report."""
    path = SAMPLES / f"tvs_levering_2026-11-01.{kind}"
    expected = json.loads(path.with_name(f"{path.name}.expected.json").read_text("utf-8"))
    _, report = judged(catalogue, path)
    rows, wanted = report.pop("rows"), expected.pop("rows")
    assert report == expected
    assert [(row["row"], row["vNummer"], row["outcome"]) for row in rows] == [
        (row["row"], row["v_nummer"], row["outcome"]) for row in wanted
    ]


@pytest.mark.parametrize("kind", FORMATS)
def test_a_row_that_is_not_plainly_accepted_has_a_reason(catalogue: Catalogue, kind: str) -> None:
    """Each warning, hold, quarantine and copy says which field and why, without a value."""
    rows, _ = judged(catalogue, SAMPLES / f"tvs_levering_2026-11-01.{kind}")
    for row in rows:
        assert bool(row.reasons) == (row.outcome != "accepted" or row.duplicate)
        assert all(
            reason.partition(": ")[0].partition(".")[0] in catalogue.fields
            for reason in row.reasons
        )


def test_the_formats_agree_on_every_value(catalogue: Catalogue) -> None:
    """The same people have the same clean values in XLSX, JSON and XML, and in CSV but for its ``?``."""
    path = SAMPLES / "tvs_levering_2026-11-01"
    table, book, text, marked = (
        [
            row.values
            for row in judged(catalogue, path.with_name(f"{path.name}.{kind}"))[0]
            if row.outcome != "quarantined"
        ]
        for kind in FORMATS
    )
    assert book == text == marked
    by_number = {values["v_nummer"]: values for values in text}  # type: ignore[index]  # a sound row has one
    for values in table:
        if "?" not in json.dumps(values):
            assert values == by_number[values["v_nummer"]]  # type: ignore[index]  # a sound row has one


@pytest.mark.parametrize("kind", FORMATS)
def test_no_blocked_or_unknown_value_comes_along(catalogue: Catalogue, kind: str) -> None:
    """What stands under a blocked or unknown column is in no row, sound or quarantined."""
    rows, _ = judged(catalogue, SAMPLES / f"tvs_levering_2026-11-01.{kind}")
    text = json.dumps([dict(row.values) for row in rows])
    assert not any(word in text for word in ("islam", "christendom", "astma", "bellen na"))
