"""Candidates in the shapes that recruiters use; a format a module, each a ``FileFormat``."""

from collections.abc import Callable, Mapping
from typing import Final

from adapters.candidate.cv import Cv
from adapters.candidate.json_resume import JsonResume
from adapters.candidate.search_profile import SearchProfile
from adapters.candidate.setu import SetuJson, SetuXml
from adapters.candidate.table import CandidateCsv, CandidateXlsx
from gateway.domain.fields import FieldDictionary
from gateway.domain.files import FileFormat

__all__ = ["FORMATS"]

FORMATS: Final[Mapping[str, Callable[[FieldDictionary], FileFormat]]] = {
    "kandidaat-csv": CandidateCsv,
    "kandidaat-xlsx": CandidateXlsx,
    "setu-json": lambda _: SetuJson(),
    "setu-xml": lambda _: SetuXml(),
    "json-resume": lambda _: JsonResume(),
    "cv-pdf": lambda _: Cv(),
    "zoekprofiel": lambda _: SearchProfile(),
}
