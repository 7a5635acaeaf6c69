"""Change one thing at a time in the core, and see that a test notices: the mutation score.

Each module is changed in a clone of the last commit, and asked of its own tests, so that a change
lives only where no test of that module's law sees it. What lives is shown.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome

ROOT = Path(__file__).parent.parent
WANTED = 0.95
TESTS = {
    "gateway/domain/decisions.py": ("tests/domain/test_decisions.py",),
    "gateway/domain/consents.py": (
        "tests/domain/test_consents.py",
        "tests/domain/test_consent_fields.py",
        "tests/domain/test_decisions.py",
    ),
    "policies/compiler.py": (
        "tests/edges/policies/test_compiler.py",
        "tests/edges/policies/test_matrix_source.py",
    ),
    "audit/tree.py": ("tests/audit/test_tree.py",),
}
# Plugins are left out: each of thousands of runs would load them, and these tests need none.
PYTEST = "env PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 {python} -m pytest -q -x -p no:cacheprovider -o addopts= -o filterwarnings=default {tests}"
CONFIG = """[cosmic-ray]
module-path = ["{module}"]
timeout = 300.0
excluded-modules = []
test-command = "{command}"
[cosmic-ray.distributor]
name = "local"
"""


def run(module: str, folder: Path) -> tuple[int, list[str]]:
    """Try every change of one module; return how many there were, and the diffs of what lives."""
    clone, config, session = folder / "clone", folder / "config.toml", folder / "session.sqlite"
    subprocess.run(["git", "clone", "-q", ROOT, clone], check=True)  # noqa: S603, S607 - our own words
    command = PYTEST.format(python=sys.executable, tests=" ".join(TESTS[module]))
    config.write_text(CONFIG.format(module=module, command=command), encoding="utf-8")
    cosmic_ray = str(Path(sys.executable).with_name("cosmic-ray"))
    for step in ("init", "exec"):
        subprocess.run([cosmic_ray, step, config, session], cwd=clone, check=True)  # noqa: S603 - our own words
    return lives(session)


def lives(session: Path) -> tuple[int, list[str]]:
    """Read a finished session: how many changes were tried, and the diffs of those that live."""
    with use_db(str(session), WorkDB.Mode.open) as work:
        results = [result for _, result in work.results]
    living = [r.diff or "" for r in results if r.test_outcome is TestOutcome.SURVIVED]
    return len(results), living


def main(modules: Sequence[str]) -> int:
    """Try the named modules, or all; 0 when each reaches the score."""
    good = True
    for module in modules or tuple(TESTS):
        with tempfile.TemporaryDirectory() as folder:
            tried, living = run(module, Path(folder))
        score = 1 - len(living) / tried
        good = good and score >= WANTED
        sys.stdout.write(
            "\n".join([*living, f"{module}: {tried} tried, {len(living)} live: {score:.1%}\n"])
        )
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
