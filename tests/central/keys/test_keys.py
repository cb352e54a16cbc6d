"""Keys in files: made once, rotated by root, accepted by gates one keyring after the other."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from central.keys import service
from central.keys.files import KeyFiles
from central.keys.signing_keys import KeyRack, RackSigner
from protocol.errors import SettingsError, StorageError
from protocol.feed.faults import UntrustedFeed
from protocol.feed.trust import TrustState, begin, believe_keyring
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant, to_minute
from protocol.keyring import Keyring, KeyState, Purpose, signed_by_threshold
from protocol.signatures import Envelope
from protocol.tickets.claims import Claims, TicketFlags
from protocol.tickets.codec import decode
from protocol.tickets.signature import proving_key
from tests.builders.central import NOON, SeededBytes

PASSPHRASE = "twelve letters at least"


@pytest.fixture
def files(tmp_path: Path) -> KeyFiles:
    files = KeyFiles(tmp_path / "keys")
    service.initialise(files, PASSPHRASE, NOON, SeededBytes())
    return files


def rotated(files: KeyFiles, purpose: Purpose = Purpose.TICKETS, *, compromised: bool = False) -> Keyring:
    return service.rotate(files, PASSPHRASE, purpose, NOON, SeededBytes("rotation"), compromised=compromised)


def a_ticket(signer: RackSigner) -> str:
    minute = to_minute(NOON)
    claims = Claims(
        key_id=signer.key_id,
        ticket_id=TicketId(7),
        issuing_site=SiteId(1),
        ticket_type=TicketTypeId(1),
        issued_at=minute,
        not_before=minute,
        not_after=type(minute)(minute + 60),
        flags=TicketFlags.NONE,
        generation=1,
    )
    return signer.sign(claims)


def status_of_ticket(text: str, keyring: Keyring) -> KeyState | None:
    token = decode(text.encode())
    assert token is not None
    key = proving_key(token, keyring)
    return None if key is None else key.state


def test_the_first_keyring_holds_one_key_of_each_purpose_signed_by_root(files: KeyFiles) -> None:
    keyring, envelope = service.current_keyring(files) or pytest.fail("no keyring")
    assert sorted(key.purpose for key in keyring.keys) == sorted(Purpose)
    assert signed_by_threshold(Envelope.from_bytes(envelope), keyring.root_keys, keyring.threshold)
    assert (keyring.epoch, keyring.version) == (1, 1)


def test_private_halves_are_readable_by_their_owner_alone(files: KeyFiles) -> None:
    assert files.directory.stat().st_mode & 0o077 == 0
    assert all(path.stat().st_mode & 0o077 == 0 for path in files.directory.iterdir())


def test_the_root_key_is_encrypted_and_opens_with_its_passphrase_only(files: KeyFiles) -> None:
    assert b"ENCRYPTED PRIVATE KEY" in files.root.read_bytes()
    with pytest.raises(SettingsError, match="passphrase"):
        files.read_root("another passphrase")


def test_keys_are_never_made_over_others(files: KeyFiles) -> None:
    with pytest.raises(SettingsError, match="holds keys already"):
        service.initialise(files, PASSPHRASE, NOON, SeededBytes())


def test_a_short_passphrase_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="at least 12"):
        service.initialise(KeyFiles(tmp_path), "short", NOON, SeededBytes())
    assert list(tmp_path.iterdir()) == []


def test_a_rotated_key_signs_and_the_old_one_still_proves(files: KeyFiles) -> None:
    rack = KeyRack(files)
    signer = RackSigner(rack, lambda: NOON)
    old_key, old_ticket = signer.key_id, a_ticket(signer)
    rotated(files)
    assert rack.reload()
    assert not rack.reload()
    assert signer.key_id > old_key
    assert status_of_ticket(old_ticket, rack.keyring) is KeyState.ACTIVE
    assert status_of_ticket(a_ticket(signer), rack.keyring) is KeyState.ACTIVE


def test_after_a_compromise_old_tickets_live_in_the_cache_only(files: KeyFiles) -> None:
    rack = KeyRack(files)
    ticket = a_ticket(RackSigner(rack, lambda: NOON))
    keyring = rotated(files, compromised=True)
    assert status_of_ticket(ticket, keyring) is KeyState.CACHE_ONLY


def test_a_compromised_feed_key_is_revoked(files: KeyFiles) -> None:
    keyring = rotated(files, Purpose.MANIFEST, compromised=True)
    assert [key.state for key in keyring.keys if key.purpose is Purpose.MANIFEST] == [KeyState.REVOKED, KeyState.ACTIVE]


@pytest.mark.law(3)
def test_a_gate_follows_every_keyring_and_the_raised_epoch(files: KeyFiles) -> None:
    rotated(files)
    rotated(files, Purpose.TIMESTAMP)
    service.raise_epoch(files, PASSPHRASE, NOON)
    envelopes = [files.read_keyring(edition) for edition in files.editions()]
    state = begin(SiteId(1), envelopes[0])
    for envelope in envelopes[1:]:
        state = believe_keyring(state, envelope)
    assert (state.keyring.epoch, state.keyring.version) == (2, 4)


NEW_PASSPHRASE = "another dozen letters"


def with_new_root(files: KeyFiles, seed: str = "new root") -> Keyring:
    return service.rotate_root(files, PASSPHRASE, NEW_PASSPHRASE, NOON, SeededBytes(seed))


def believed(files: KeyFiles, from_edition: int = 0) -> TrustState:
    """Return what a gate accepts that was enrolled at one keyring and followed all later ones."""
    first, *later = [files.read_keyring(edition) for edition in files.editions()[from_edition:]]
    state = begin(SiteId(1), first)
    for envelope in later:
        state = believe_keyring(state, envelope)
    return state


@pytest.mark.law(3)
def test_gates_follow_a_new_root_key_and_then_believe_it_alone(files: KeyFiles) -> None:
    old_root = files.root.read_bytes()
    keyring, _ = service.current_keyring(files) or pytest.fail("no keyring")
    made = with_new_root(files)
    state = believed(files)
    assert (state.keyring, made.version) == (made, 3)
    assert len(made.root_keys) == 1
    assert made.root_keys != keyring.root_keys
    assert made.keys == keyring.keys
    service.rotate(files, NEW_PASSPHRASE, Purpose.TICKETS, NOON, SeededBytes("later"), compromised=False)
    assert believed(files).keyring.version == 4
    assert believed(files, 2).keyring.version == 4
    files.root.write_bytes(old_root)
    with pytest.raises(SettingsError, match="not a root key"):
        rotated(files)


@pytest.mark.law(3)
def test_the_old_root_key_signs_nothing_that_a_gate_believes_any_more(files: KeyFiles, tmp_path: Path) -> None:
    thief = KeyFiles(tmp_path / "thief")
    shutil.copytree(files.directory, thief.directory)
    with_new_root(files)
    rotated(thief)
    rotated(thief)
    rotated(thief)
    with pytest.raises(UntrustedFeed):
        believe_keyring(believed(files), thief.read_keyring((1, 4)))


def test_the_new_root_key_opens_with_its_own_passphrase(files: KeyFiles) -> None:
    with_new_root(files)
    files.read_root(NEW_PASSPHRASE)
    with pytest.raises(SettingsError, match="passphrase"):
        files.read_root(PASSPHRASE)
    assert files.root.stat().st_mode & 0o077 == 0
    assert [path.name for path in files.directory.glob("root*")] == ["root.pem"]


def test_a_short_new_passphrase_changes_nothing(files: KeyFiles) -> None:
    with pytest.raises(SettingsError, match="at least 12"):
        service.rotate_root(files, PASSPHRASE, "short", NOON, SeededBytes("new root"))
    assert files.editions() == [(1, 1)]
    files.read_root(PASSPHRASE)


@pytest.mark.parametrize("step", ["write_next_root", "write_keyring 2", "take_next_root", "write_keyring 3"])
@pytest.mark.parametrize("done", [False, True])
def test_a_root_rotation_that_breaks_off_is_done_again(
    files: KeyFiles, monkeypatch: pytest.MonkeyPatch, step: str, *, done: bool
) -> None:
    method, _, version = step.partition(" ")
    real = getattr(KeyFiles, method)

    def broken(self: KeyFiles, *arguments: Any) -> None:  # noqa: ANN401 - any arguments of the step
        is_step = not version or arguments[0][1] == int(version)
        if done or not is_step:
            real(self, *arguments)
        if is_step:
            raise StorageError("the power went out")

    with monkeypatch.context() as power_cut:
        power_cut.setattr(KeyFiles, method, broken)
        with pytest.raises(StorageError):
            with_new_root(files)
    opens = NEW_PASSPHRASE if step == "write_keyring 3" or (step == "take_next_root" and done) else PASSPHRASE
    half_way = len((service.current_keyring(files) or pytest.fail("no keyring"))[0].root_keys) > 1
    assert any("--root" in warning for warning in service.report(files, NOON).warnings) is half_way
    service.rotate(files, opens, Purpose.TICKETS, NOON, SeededBytes("meanwhile"), compromised=False)
    made = service.rotate_root(files, opens, NEW_PASSPHRASE, NOON, SeededBytes("again"))
    assert len(made.root_keys) == 1
    assert believed(files).keyring == made
    assert service.report(files, NOON).warnings == ()


def test_without_the_root_key_nothing_is_signed_and_the_message_says_what_to_do(files: KeyFiles) -> None:
    files.root.unlink()
    with pytest.raises(SettingsError, match="bring it back"):
        rotated(files)


def test_a_root_key_of_another_keyring_is_refused(files: KeyFiles, tmp_path: Path) -> None:
    other = KeyFiles(tmp_path / "other")
    service.initialise(other, PASSPHRASE, NOON, SeededBytes("other"))
    files.root.write_bytes(other.root.read_bytes())
    with pytest.raises(SettingsError, match="not a root key"):
        rotated(files)


def test_a_private_half_that_was_swapped_is_found(files: KeyFiles) -> None:
    first, second = sorted(files.directory.glob("000[12]-*.pem"))
    first.write_bytes(second.read_bytes())
    with pytest.raises(StorageError, match="not the private half"):
        KeyRack(files)


def test_a_missing_private_half_is_named_with_its_remedy(files: KeyFiles) -> None:
    next(iter(files.directory.glob("*-receipts.pem"))).unlink()
    with pytest.raises(SettingsError, match="paifang keys rotate --purpose receipts"):
        KeyRack(files).signers(Purpose.RECEIPTS, NOON)
    assert any("receipts" in warning for warning in service.report(files, NOON).warnings)


def test_keys_that_end_soon_are_warned_of(files: KeyFiles) -> None:
    assert service.report(files, NOON).warnings == ()
    later = Instant(NOON + service.KEY_LIFE_MS - service.WARN_BEFORE_MS + 1)
    assert len(service.report(files, later).warnings) == len(Purpose) + 1
