"""The files of enrolment: readable only by the owner, never overwritten, never partly written."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.enrolment import IDENTITY_FILE, KEY_FILE, check_not_enrolled, read_identity, write_identity
from protocol.errors import SettingsError, StorageError
from protocol.identifiers import AgentId
from protocol.sync.messages import EnrolAnswer
from tests.builders.feed import SITE, FeedSimulator

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
ANSWER = EnrolAnswer(AgentId(7), SITE, FeedSimulator().keyrings[-1][1], bytes(32))
CENTRAL = "https://central.example"


def test_an_identity_comes_back_as_it_was_written(tmp_path: Path) -> None:
    write_identity(tmp_path, CENTRAL, PRIVATE, ANSWER)
    identity = read_identity(tmp_path)
    assert (identity.agent, identity.site, identity.central_url) == (7, SITE, CENTRAL)
    assert (identity.keyring, identity.holder_key) == (ANSWER.keyring, ANSWER.holder_key)
    assert identity.private.private_bytes_raw() == PRIVATE.private_bytes_raw()


@pytest.mark.parametrize("name", [KEY_FILE, IDENTITY_FILE])
def test_only_its_owner_may_read_it(tmp_path: Path, name: str) -> None:
    write_identity(tmp_path, CENTRAL, PRIVATE, ANSWER)
    assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600


def test_an_agent_is_never_overwritten(tmp_path: Path) -> None:
    write_identity(tmp_path, CENTRAL, PRIVATE, ANSWER)
    kept = (tmp_path / KEY_FILE).read_bytes()
    with pytest.raises(SettingsError, match="enrolled here already"):
        check_not_enrolled(tmp_path)
    with pytest.raises(StorageError, match="enrolled here already"):
        write_identity(tmp_path, CENTRAL, Ed25519PrivateKey.generate(), ANSWER)
    assert (tmp_path / KEY_FILE).read_bytes() == kept


def test_an_enrolment_that_broke_off_may_be_done_again(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(bytes(32))
    check_not_enrolled(tmp_path)
    write_identity(tmp_path, CENTRAL, PRIVATE, ANSWER)
    assert read_identity(tmp_path).private.private_bytes_raw() == PRIVATE.private_bytes_raw()


@pytest.mark.parametrize("name", [KEY_FILE, IDENTITY_FILE])
def test_without_either_file_no_agent_is_enrolled(tmp_path: Path, name: str) -> None:
    write_identity(tmp_path, CENTRAL, PRIVATE, ANSWER)
    (tmp_path / name).unlink()
    with pytest.raises(SettingsError, match="paifang edge enroll"):
        read_identity(tmp_path)


@pytest.mark.parametrize("name", [KEY_FILE, IDENTITY_FILE])
@pytest.mark.parametrize("data", [b"", b"\x00", b"\xff" * 40])
def test_a_damaged_file_is_said_to_be_damaged(tmp_path: Path, name: str, data: bytes) -> None:
    write_identity(tmp_path, CENTRAL, PRIVATE, ANSWER)
    (tmp_path / name).write_bytes(data)
    with pytest.raises(StorageError, match="damaged"):
        read_identity(tmp_path)


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match=KEY_FILE):
        write_identity(tmp_path / "missing", CENTRAL, PRIVATE, ANSWER)
