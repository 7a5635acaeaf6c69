"""Every command explains itself, and wrong words end in 2."""

from pathlib import Path

import pytest

from tests.edges.commands.shell import COMMANDS, doelpoort

WITHOUT_STORE = {("audit", "verify-evidence")}  # a stranger checks a bundle, and has no store


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_every_command_has_help(words: tuple[str, ...]) -> None:
    """``--help`` says in a sentence what the command does, and exits 0."""
    done = doelpoort(*words, "--help")
    assert done.code == 0
    assert "Usage:" in done.out
    assert "--data" in done.out or words in WITHOUT_STORE or words[0] == "policy"


def test_without_words_the_commands_are_listed() -> None:
    """``doelpoort`` alone shows what it can do."""
    done = doelpoort()
    assert "Commands" in done.out + done.err
    assert all(words[0] in done.out + done.err for words in COMMANDS)


@pytest.mark.parametrize(
    "words",
    [
        ("geen",),
        ("import",),
        ("import", "tvs"),
        ("import", "tvs", "is-er-niet.csv"),
        ("import", "tvs", "."),
        ("audit", "prove"),
        ("audit", "prove", "-1"),
        ("audit", "verify", "."),
        ("population", "0", "--out", "x"),
        ("population", "5"),
        ("token", "--role", "x"),
        ("export", "person", "no-uuid", "--partner", "coa"),
        ("demo", "--people", "3"),
        ("doctor", "--onbekend"),
    ],
    ids=" ".join,
)
def test_wrong_words_end_in_2(words: tuple[str, ...]) -> None:
    """A missing file, a wrong number or an unknown option is wrong usage."""
    done = doelpoort(*words)
    assert done.code == 2
    assert done.out or done.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "many"),
        ("PORT", "70000"),
        ("MODE", "test"),
        ("HOST", "0.0.0.0"),  # noqa: S104 - what the demo refuses
        ("TENANT", "Jan Jansen"),
        ("ORIGIN", "a b"),
        ("MAX_DELIVERY_ROWS", "0"),
        ("SEARCH_BUDGET", "-1"),
    ],
)
def test_a_wrong_setting_ends_in_2_and_names_itself(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    """The message says what to set, and does not repeat what was set."""
    monkeypatch.setenv(f"DOELPOORT_{name}", value)
    done = doelpoort("doctor")
    assert done.code == 2
    assert f"DOELPOORT_{name}" in done.err or "DOELPOORT_MODE=production" in done.err
    assert value not in done.err
    assert done.out == ""


@pytest.mark.parametrize(
    "words",
    [
        ("doctor",),
        ("audit", "verify"),
        ("audit", "fsck"),
        ("audit", "vkey"),
        ("audit", "prove", "0"),
        ("audit", "export", "out"),
        ("keys", "status"),
        ("db", "upgrade"),
        ("db", "status"),
        ("serve",),
    ],
    ids=" ".join,
)
def test_without_a_store_it_is_said_how_to_make_one(tmp_path: Path, words: tuple[str, ...]) -> None:
    """A command on a folder without a store ends in 1 and makes nothing."""
    done = doelpoort(*words, "--data", tmp_path / "leeg")
    assert done.code == 1
    assert "doelpoort init" in done.err
    assert not (tmp_path / "leeg").exists()
