"""What must not stand in any file of the project, and what must."""

import re

import pytest
from stdnum.nl import bsn

from tests.house.source import ROOT, texts

# Each pattern with an example, both written so that this file does not hold what it forbids.
FORBIDDEN = {
    "an open end": (r"\b(?:TOD[O]|FIXM[E])\b", "TO" + "DO"),
    "a registry host": (
        r"pypi\.org|pythonhosted\.org|npmjs\.org|yarnpkg\.com|artifactor[y]|index-ur[l]",
        "https://pypi" + ".org/simple",
    ),
    "a path of one machine": (
        r"(?<![\w.}-])/(?:home|root|work|Users|mnt)/\w|\b[A-Z]:\\\\?Users",
        "/ho" + "me/maria",
    ),
    "a private key": (r"-----BEGIN [A-Z ]*PRIVATE KEY-----", "-----BEGIN PRIV" + "ATE KEY-----"),
    "a note signer's key": (
        # All but the key that golang.org/x/mod/sumdb/note prints as its example.
        r"PRIVATE\+KEY\+(?!PeterNeumann\+c74f20a3\+)\S+\+[0-9a-f]{8}\+",
        "PRIVATE+KEY+x+" + "01234567+",
    ),
    "a key of a service": (
        r"\b(AKIA[0-9A-Z]{16}|gh[pousr]_\w{36}|xox[abp]-\w+)",
        "AK" + "IA" + "7" * 16,
    ),
}


def found(pattern: str) -> list[str]:
    """List where a pattern stands, by file and line."""
    return [
        f"{path}:{number}"
        for path, text in texts().items()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line)
    ]


@pytest.mark.parametrize(("pattern", "example"), FORBIDDEN.values(), ids=FORBIDDEN)
def test_no_file_holds(pattern: str, example: str) -> None:
    """The pattern sees its example, and stands in no file."""
    assert re.search(pattern, example)
    assert found(pattern) == []


def test_no_citizen_number_can_be_real() -> None:
    """A number that passes the 11-proof starts with 9999, a range never given out."""
    suspects = {
        f"{path} {number}"
        for path, text in texts().items()
        for number in re.findall(r"(?<![\w.+-])\d{9}(?![\w.-])", text)
        if bsn.is_valid(number) and not number.startswith("9999")
    }
    assert suspects == set()


def test_docker_is_no_package() -> None:
    """``docker/`` stays a folder, or it would hide the Docker SDK from whoever runs beside it."""
    assert not list((ROOT / "docker").rglob("__init__.py"))


def test_the_readme_can_be_read_in_one_sitting() -> None:
    """The README says something, and stays within 120 lines."""
    assert 20 <= len(texts()["README.md"].splitlines()) <= 120


def test_the_licence_is_whole() -> None:
    """The LICENSE is the EUPL 1.2 with its fifteen articles and its appendix, word for word."""
    words = re.findall(r"\w+", texts()["LICENSE"])
    assert texts()["LICENSE"].startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2\n")
    assert len(words) == 2239
