"""The policy that lets the console's pages reach this computer: our own files, and no others are touched."""

import json
import stat
from pathlib import Path

import pytest

from edge.__main__ import main
from edge.counter.browser_policy import FILE, FOLDERS, install_policy, rivals
from protocol.errors import StorageError

ORIGIN = "https://paifang.example"
POLICY = {"LoopbackNetworkAllowedForUrls": [ORIGIN], "LocalNetworkAccessAllowedForUrls": [ORIGIN]}


def run(root: Path, origin: str) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["counter", "install-policy", "--origin", origin, "--root", str(root)])
    assert ended.value.code == (0 if origin == ORIGIN else 1)


def test_each_browser_gets_a_file_of_its_own(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path, ORIGIN)
    written = [tmp_path / folder / FILE for folder in FOLDERS]
    assert capsys.readouterr().out.split() == [str(path) for path in written]
    assert [json.loads(path.read_text()) for path in written] == [POLICY] * 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in written} == {0o644}
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(written)


def test_a_second_run_replaces_our_file_and_leaves_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / FOLDERS[0] / "others.json"
    other.parent.mkdir(parents=True)
    other.write_text('{"LoopbackNetworkAllowedForUrls": ["https://other.example"]}')
    harmless = tmp_path / FOLDERS[0] / "harmless.json"
    harmless.write_text('{"HomepageLocation": "https://other.example"}')
    install_policy(tmp_path, ["https://old.example"])
    run(tmp_path, ORIGIN)
    assert json.loads((tmp_path / FOLDERS[0] / FILE).read_text()) == POLICY
    assert "other.example" in other.read_text()
    assert rivals(tmp_path) == [other]
    assert str(other) in capsys.readouterr().err


@pytest.mark.parametrize("origin", ["*", "paifang.example", "https://paifang.example/", "https://"])
def test_what_is_no_origin_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], origin: str
) -> None:
    run(tmp_path, origin)
    assert "--origin" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file")
    with pytest.raises(StorageError, match="run this as root"):
        install_policy(tmp_path, [ORIGIN])
    assert [path.name for path in tmp_path.iterdir()] == ["etc"]
