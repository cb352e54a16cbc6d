"""The command `paifang edge`: a fault is one sentence and exit code 1, never a stack trace."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LIMIT_S = 30


def edge(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edge", *arguments]
    return subprocess.run(command, cwd=ROOT, input=typed, capture_output=True, text=True, timeout=LIMIT_S, check=False)


@pytest.fixture
def settings(tmp_path: Path) -> str:
    path = tmp_path / "agent.toml"
    path.write_text(f'data_dir = "{tmp_path}"\n')
    return str(path)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["status"], "no agent answers"),
        (["signoff"], "no agent answers"),
        (["counter", "pair"], "no agent answers"),
        (["counter", "unpair"], "no agent answers"),
        (["tickets", "77"], "no agent answers"),
        (["unlock", "--person", "7"], "no agent answers"),
        (["override", "--person", "7", "--lane", "east"], "no agent answers"),
        (["run"], "paifang edge enroll"),
        (["enroll", "--central", "http://127.0.0.1:9", "--code", "x"], "127.0.0.1:9"),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_fault_is_one_sentence(settings: str, arguments: list[str], said: str) -> None:
    done = edge(*arguments, "--settings", settings, typed="4711\n")
    assert done.returncode == 1
    complaints = [line for line in done.stderr.splitlines() if line.startswith("paifang edge: ")]
    assert len(complaints) == 1
    assert said in complaints[0]
    assert "Traceback" not in done.stderr
    assert "4711" not in done.stdout + done.stderr


def test_missing_settings_are_named() -> None:
    done = edge("status", "--settings", "/none/agent.toml")
    assert (done.returncode, "/none/agent.toml" in done.stderr) == (1, True)
