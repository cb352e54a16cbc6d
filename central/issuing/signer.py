"""The signer of tickets: a port, because keys live with the assembly (or in a signing machine)."""

from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.identifiers import KeyId
from protocol.tickets.claims import Claims
from protocol.tickets.signature import issue


class Signer(Protocol):
    """Signs with the current issuing key."""

    @property
    def key_id(self) -> KeyId:
        """Return the key that signs now; it stands in the claims."""
        ...

    def sign(self, claims: Claims) -> str:
        """Return the PF1 text of claims that name `key_id`."""
        ...


@dataclass(frozen=True, slots=True)
class KeySigner:
    """Signs with a private key that the process holds."""

    key_id: KeyId
    private: Ed25519PrivateKey

    def sign(self, claims: Claims) -> str:
        """Return the PF1 text of the claims."""
        assert claims.key_id == self.key_id, "claims name the key that signs them"
        return issue(claims, self.private)
