"""Built files: whole, light, free of what may not travel, and the same when built again."""

import gzip
import hashlib
import json
from pathlib import Path
from typing import Final

import gateway.web
from tests.house.source import ROOT

DIST: Final = Path(gateway.web.__file__).parent / "static" / "dist"
LIGHT: Final = 50_000


def test_a_name_tells_the_content() -> None:
    """What the manifest names is there under the hash of its bytes, so that it can be kept for ever."""
    manifest: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    assert set(manifest) == {"app.css", "htmx.js", "mark.svg", "own.css"}
    for name in manifest.values():
        mark = hashlib.sha256((DIST / name).read_bytes()).hexdigest()[:10]
        assert Path(name).stem.endswith(f"-{mark}")


def test_every_file_is_used() -> None:
    """No file of an older build stays behind, and none that a sheet asks for is missing."""
    manifest: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    sheet = "".join((DIST / manifest[name]).read_text() for name in ("app.css", "own.css"))
    fonts = {path.name for path in DIST.glob("*.woff2")}
    assert all(f"./{name}" in sheet for name in fonts)
    known = {*manifest.values(), *fonts, "manifest.json", "THIRD_PARTY.md"}
    assert {path.name for path in DIST.iterdir()} == known


def test_a_first_page_is_light() -> None:
    """Style and script together stay under 50 kB as they travel."""
    files = [path for path in DIST.iterdir() if path.suffix in {".css", ".js"}]
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < LIGHT


def test_nothing_proprietary_and_nothing_from_elsewhere_travels() -> None:
    """Only packages with an open licence are named, and no sheet loads from another host."""
    told = (DIST / "THIRD_PARTY.md").read_text()
    rows = [
        line.split("|") for line in told.splitlines() if line.startswith("| @") or "htmx" in line
    ]
    assert {row[3].strip() for row in rows} == {"OFL-1.1", "EUPL-1.2", "0BSD"}
    manifest: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    sheet = (DIST / manifest["app.css"]).read_text()
    assert "//" not in sheet.replace("http://www.w3.org/2000/svg", "")
    assert "@import" not in sheet


def test_the_lock_names_no_registry() -> None:
    """The lock pins by hash, without an address; the file that keeps it so is there."""
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    packages = [one for path, one in lock["packages"].items() if path]
    assert packages
    assert all("resolved" not in one and one.get("integrity") for one in packages)
    settings = (ROOT / "frontend" / ".npmrc").read_text()
    assert "omit-lockfile-registry-resolved=true" in settings
    assert "ignore-scripts=true" in settings
