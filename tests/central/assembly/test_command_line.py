"""The command line: each command does one thing, and a fault is one line that says what to do."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

import paifang
from central.__main__ import app, keys
from central.operations import OPERATIONS

run = CliRunner().invoke


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PAIFANG_DATA_DIR", str(tmp_path / "central"))
    monkeypatch.setenv("PAIFANG_ROOT_PASSPHRASE", "a passphrase for tests")
    monkeypatch.delenv("PAIFANG_CONFIG", raising=False)
    return tmp_path / "central"


def test_the_openapi_document_is_printed_without_a_server() -> None:
    document = json.loads(run(app, ["openapi"]).stdout)
    assert document["openapi"].startswith("3.1")
    named = {operation["operationId"] for path in document["paths"].values() for operation in path.values()}
    assert named == {operation.operation_id for operation in OPERATIONS}


def test_a_person_is_added_and_reset_with_a_one_time_password() -> None:
    first = run(app, ["user", "add", "lin", "--permission", "sales.sell"])
    again = run(app, ["user", "reset", "lin"])
    assert first.stdout.startswith("one-time password: ")
    assert again.stdout != first.stdout
    taken = run(app, ["user", "add", "lin"])
    assert taken.exit_code == 1
    assert "lin" in taken.stderr


def test_keys_are_made_shown_and_rotated() -> None:
    assert run(keys, ["status"]).exit_code == 1
    assert run(keys, ["init"]).exit_code == 0
    assert "version 2" in run(keys, ["rotate", "--compromised"]).output
    shown = run(keys, ["status"]).output
    assert "cache-only" in shown
    assert "epoch 1, version 2" in shown


def test_a_new_root_key_is_made_under_its_own_passphrase(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(keys, ["init"]).exit_code == 0
    assert run(keys, ["rotate", "--root", "--compromised"]).exit_code == 2
    assert run(keys, ["rotate", "--root"], input="a new passphrase\nanother one typed\n").exit_code == 1
    asked = run(keys, ["rotate", "--root"], input="a new passphrase\na new passphrase\n")
    assert "version 3 is signed by the new root key" in asked.stdout
    assert "does not open" in run(keys, ["rotate"]).stderr
    monkeypatch.setenv("PAIFANG_ROOT_PASSPHRASE", "a new passphrase")
    monkeypatch.setenv("PAIFANG_NEW_ROOT_PASSPHRASE", "yet another passphrase")
    assert run(keys, ["rotate", "--root"]).exit_code == 0
    assert "version 5" in run(keys, ["status"]).output
    assert sorted(path.name for path in (folder / "keys").glob("root*")) == ["root.pem"]


def test_a_wrong_setting_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIFANG_LISTEN_PORT", "many")
    said = run(app, ["migrate"])
    assert said.exit_code == 1
    assert "PAIFANG_LISTEN_PORT" in said.stderr


def test_settings_come_from_a_file_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: Path
) -> None:
    file = tmp_path / "paifang.toml"
    file.write_text(f'listen_port = 70000\ndata_dir = "{tmp_path / "elsewhere"}"\n')
    monkeypatch.setenv("PAIFANG_CONFIG", str(file))
    assert "PAIFANG_LISTEN_PORT" in run(app, ["migrate"]).stderr
    file.write_text(f'data_dir = "{tmp_path / "elsewhere"}"\n')
    assert run(app, ["migrate"]).exit_code == 0
    assert (folder / "central.db").exists()


def test_a_file_that_is_not_there_is_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAIFANG_CONFIG", "nowhere.toml")
    assert "nowhere.toml" in run(app, ["migrate"]).stderr


@pytest.mark.parametrize(("arguments", "code"), [([], 2), (["--help"], 0), (["nothing"], 2)])
def test_the_one_command_says_what_there_is(
    arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["paifang", *arguments])
    with pytest.raises(SystemExit) as end:
        paifang.main()
    assert end.value.code == code
    assert "central" in capsys.readouterr().err


def test_the_one_command_hands_over_to_a_part(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["paifang", "keys", "init"])
    with pytest.raises(SystemExit) as end:
        paifang.main()
    assert end.value.code == 0
    assert "keys were made" in capsys.readouterr().out
