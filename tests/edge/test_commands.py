"""`paifang edge` for an operator: every fault is one sentence with the remedy, and exit code 1."""

from pathlib import Path

import pytest

from edge.__main__ import main


def settings_file(directory: Path, text: str | None = None) -> Path:
    path = directory / "agent.toml"
    path.write_text(text if text is not None else f'data_dir = "{directory}"\n', encoding="utf-8")
    return path


COMMANDS = {
    "run": ["run"],
    "status": ["status"],
    "tickets": ["tickets", "1234"],
    "signoff": ["signoff"],
    "enroll": ["enroll", "--central", "http://127.0.0.1:1", "--code", "AAAA"],
}


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Run a command that must end with exit code 1, and return its stderr."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    assert ended.value.code == 1
    return capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_a_missing_settings_file_is_one_sentence(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = complaint(capsys, *COMMANDS[command], "--settings", str(tmp_path / "none.toml"))
    assert said.startswith("paifang edge: ")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "remedy"),
    [("run", "paifang edge enroll"), ("status", "paifang edge run"), ("enroll", "127.0.0.1:1")],
)
def test_a_fault_says_what_to_do(command: str, remedy: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert remedy in complaint(capsys, *COMMANDS[command], "--settings", str(settings_file(tmp_path)))


def test_a_wrong_setting_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = settings_file(tmp_path, f'data_dir = "{tmp_path}"\nspeed = 3\n')
    assert "speed" in complaint(capsys, "run", "--settings", str(path))
