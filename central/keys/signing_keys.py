"""The keys that a running central signs with, taken from their files.

Laws: it returns a key of the purpose asked for, or raises a fault that says which command to run; never a key of another purpose.
"""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.keys.files import KeyFiles
from central.keys.service import current_keyring, signing_key
from protocol.errors import SettingsError
from protocol.identifiers import KeyId
from protocol.instants import Clock, Instant
from protocol.keyring import Keyring, Purpose
from protocol.tickets.claims import Claims
from protocol.tickets.signature import issue

Signers = dict[KeyId, Ed25519PrivateKey]


class KeyRack:
    """The newest keyring, and the private halves that are here."""

    def __init__(self, files: KeyFiles) -> None:
        """Read the key files; SettingsError where no keys exist yet."""
        self._files = files
        self._edition = (0, 0)
        self._private: dict[KeyId, Ed25519PrivateKey] = {}
        self.envelope = b""
        self.reload()

    def reload(self) -> bool:
        """Read the files again where there is a newer keyring; return whether there was one."""
        editions = self._files.editions()
        if editions and editions[-1] == self._edition:
            return False
        found = current_keyring(self._files)
        if found is None:
            raise SettingsError("there are no keys; run `paifang keys init`")
        self.keyring: Keyring
        self.keyring, self.envelope = found
        halves = ((key.key_id, self._files.read_key(key)) for key in self.keyring.keys)
        self._private = {key_id: private for key_id, private in halves if private is not None}
        self._edition = (self.keyring.epoch, self.keyring.version)
        return True

    def envelopes(self) -> list[tuple[int, int, bytes]]:
        """Return (epoch, version, sealed keyring) of every keyring ever signed: gates go through them one by one."""
        return [(*edition, self._files.read_keyring(edition)) for edition in self._files.editions()]

    def signer(self, purpose: Purpose, now: Instant) -> tuple[KeyId, Ed25519PrivateKey]:
        """Return the key to sign with; SettingsError where no key is in force."""
        key = signing_key(self.keyring, purpose, now)
        private = None if key is None else self._private.get(key.key_id)
        if key is None or private is None:
            raise SettingsError(f"no key to sign {purpose.value} with; run `paifang keys rotate --purpose {purpose.value}`")
        return key.key_id, private

    def signers(self, purpose: Purpose, now: Instant) -> Signers:
        """Return the signing key, as `signatures.seal` takes it."""
        key_id, private = self.signer(purpose, now)
        return {key_id: private}


class RackSigner:
    """Signs tickets with the issuing key in force: `central.issuing`'s port."""

    def __init__(self, rack: KeyRack, clock: Clock) -> None:
        """Take the rack, and the clock that says which key is in force."""
        self._rack = rack
        self._clock = clock

    @property
    def key_id(self) -> KeyId:
        """Return the key that signs now."""
        return self._rack.signer(Purpose.TICKETS, self._clock())[0]

    def sign(self, claims: Claims) -> str:
        """Return the PF1 text of claims that name `key_id`."""
        key_id, private = self._rack.signer(Purpose.TICKETS, self._clock())
        assert claims.key_id == key_id, "claims name the key that signs them"
        return issue(claims, private)
