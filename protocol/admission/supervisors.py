"""The supervisors who may unlock a lane or override a refusal at a gate: the feed's small table of PIN verifiers.

Laws: a PIN never travels, only its argon2id verifier, in a table that central signs (law 4); persons are numbers (law 9).
"""

from dataclasses import dataclass

from protocol import cbor
from protocol.errors import InputError
from protocol.identifiers import U32_MAX

SUPERVISORS = "pins"
MAX_SUPERVISORS = 1_000
MAX_VERIFIER_CHARACTERS = 200
VERIFIER_PREFIX = "$argon2id$"
_FIELDS = {"person_id", "verifier"}


@dataclass(frozen=True, slots=True)
class Supervisor:
    """A person with a PIN; `verifier` is argon2id in the PHC string format."""

    person_id: int
    verifier: str


def encode_supervisors(supervisors: tuple[Supervisor, ...]) -> bytes:
    """Return the table, by person."""
    ordered = sorted(supervisors, key=lambda supervisor: supervisor.person_id)
    return cbor.encode([{"person_id": one.person_id, "verifier": one.verifier} for one in ordered])


def decode_supervisors(data: bytes) -> tuple[Supervisor, ...]:
    """Read the table; raise InputError where it is malformed or names a person twice."""
    value = cbor.decode(data)
    if not isinstance(value, list) or len(value) > MAX_SUPERVISORS:
        raise InputError(f"{SUPERVISORS}: must be a list of at most {MAX_SUPERVISORS} rows")
    supervisors = tuple(_from_value(item) for item in value)
    if len({one.person_id for one in supervisors}) != len(supervisors):
        raise InputError(f"{SUPERVISORS}: a person stands there twice")
    return supervisors


def _from_value(item: object) -> Supervisor:
    fields = cbor.Fields(item, "supervisor", _FIELDS)
    verifier = fields.text("verifier", MAX_VERIFIER_CHARACTERS)
    if not verifier.startswith(VERIFIER_PREFIX):
        raise InputError("supervisor: the verifier must be argon2id")
    return Supervisor(fields.integer("person_id", 1, U32_MAX), verifier)
