"""Signatures of an agent's requests: RFC 9421 with Ed25519 and one fixed component list, RFC 9530 for the body.

Covered, always and in this order: @method, @target-uri, content-digest, paifang-agent, paifang-sequence, paifang-version.
Laws: a request has one form of signature; anything else is refused before a key is looked up; `created` is evidence, never a
reason for refusal, because the replay window, not a clock, stops repetition.
"""

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from protocol.errors import InputError, UntrustedError
from protocol.identifiers import U32_MAX, U64_MAX, AgentId
from protocol.instants import MS_PER_SECOND, Instant
from protocol.signatures import SIGNATURE_BYTES
from protocol.sync.versions import HEADER as VERSION_HEADER
from protocol.sync.versions import SPOKEN, Versions

AGENT_HEADER = "paifang-agent"
SEQUENCE_HEADER = "paifang-sequence"
DIGEST_HEADER = "content-digest"
INPUT_HEADER = "signature-input"
SIGNATURE_HEADER = "signature"
TAG = "paifang-request-1"
MAX_HEADER_CHARACTERS = 400
COMPONENTS = ("@method", "@target-uri", DIGEST_HEADER, AGENT_HEADER, SEQUENCE_HEADER, VERSION_HEADER)

_LABEL = "paifang"
_COVERED = "(" + " ".join(f'"{name}"' for name in COMPONENTS) + ")"
_INPUT = re.compile(
    re.escape(f"{_LABEL}={_COVERED}")
    + r';created=(0|[1-9][0-9]{0,14});keyid="([0-9]{1,10})";alg="ed25519"'
    + re.escape(f';tag="{TAG}"')
)
_NUMBER = re.compile(r"[1-9][0-9]{0,19}")


@dataclass(frozen=True, slots=True)
class Request:
    """The sent request: the method in capitals, the absolute URI that the agent called, and the body's bytes."""

    method: str
    target_uri: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Caller:
    """The claimed sender of a request. Believed only once `verify_request` has returned it."""

    agent: AgentId
    sequence: int
    created: Instant
    versions: Versions


def sign_request(private: Ed25519PrivateKey, request: Request, agent: AgentId, sequence: int, created: Instant) -> dict[str, str]:
    """Return the headers that prove the request; `sequence` must never have been used before."""
    caller = Caller(agent, sequence, created, SPOKEN)
    signature = private.sign(_base(request, caller))
    return {
        AGENT_HEADER: str(agent),
        SEQUENCE_HEADER: str(sequence),
        VERSION_HEADER: SPOKEN.to_header(),
        DIGEST_HEADER: content_digest(request.body),
        INPUT_HEADER: f"{_LABEL}={_parameters(caller)}",
        SIGNATURE_HEADER: f"{_LABEL}=:{base64.b64encode(signature).decode('ascii')}:",
    }


def claimed_caller(headers: Mapping[str, str]) -> Caller:
    """Return the sender that the headers claim; raise InputError where they lack our one form. Header names are in lower case."""
    agent = _number(headers, AGENT_HEADER, U32_MAX)
    match = _INPUT.fullmatch(_header(headers, INPUT_HEADER))
    if match is None or match[2] != str(agent):
        raise InputError(f"header {INPUT_HEADER}: must cover exactly {', '.join(COMPONENTS)}, by the key of the agent that calls")
    return Caller(
        agent=AgentId(agent),
        sequence=_number(headers, SEQUENCE_HEADER, U64_MAX),
        created=Instant(int(match[1]) * MS_PER_SECOND),
        versions=Versions.from_header(_header(headers, VERSION_HEADER)),
    )


def verify_request(public: bytes, request: Request, headers: Mapping[str, str]) -> Caller:
    """Return the sender of the request, proved by that agent's key.

    Raise InputError where a header is malformed; UntrustedError where body, digest and signature do not match.
    """
    caller = claimed_caller(headers)
    if not hmac.compare_digest(_header(headers, DIGEST_HEADER).encode(), content_digest(request.body).encode()):
        raise UntrustedError(f"header {DIGEST_HEADER}: the body is not the one that was signed")
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(_signature(headers), _base(request, caller))
    except (InvalidSignature, ValueError) as error:
        raise UntrustedError(f"header {SIGNATURE_HEADER}: not the signature of agent {caller.agent} over this request") from error
    return caller


def content_digest(body: bytes) -> str:
    """Return the value of the Content-Digest header (RFC 9530, sha-256)."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode('ascii')}:"


def _parameters(caller: Caller) -> str:
    created_s = caller.created // MS_PER_SECOND
    return f'{_COVERED};created={created_s};keyid="{caller.agent}";alg="ed25519";tag="{TAG}"'


def _base(request: Request, caller: Caller) -> bytes:
    """Return the signature base of RFC 9421, section 2.5."""
    values = (
        request.method,
        request.target_uri,
        content_digest(request.body),
        str(caller.agent),
        str(caller.sequence),
        caller.versions.to_header(),
    )
    lines = [f'"{name}": {value}' for name, value in zip(COMPONENTS, values, strict=True)]
    return "\n".join([*lines, f'"@signature-params": {_parameters(caller)}']).encode()


def _header(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name)
    if value is None or len(value) > MAX_HEADER_CHARACTERS:
        raise InputError(f"header {name}: missing, or longer than {MAX_HEADER_CHARACTERS} characters")
    return value


def _number(headers: Mapping[str, str], name: str, most: int) -> int:
    value = _header(headers, name)
    if _NUMBER.fullmatch(value) is None or int(value) > most:
        raise InputError(f"header {name}: must be a whole number from 1 to {most}")
    return int(value)


def _signature(headers: Mapping[str, str]) -> bytes:
    value = _header(headers, SIGNATURE_HEADER)
    prefix, suffix = f"{_LABEL}=:", ":"
    if not value.startswith(prefix) or not value.endswith(suffix):
        raise InputError(f"header {SIGNATURE_HEADER}: must be {prefix}<base64>{suffix}")
    try:
        signature = base64.b64decode(value[len(prefix) : -len(suffix)], validate=True)
    except (binascii.Error, ValueError) as error:
        raise InputError(f"header {SIGNATURE_HEADER}: not base64") from error
    if len(signature) != SIGNATURE_BYTES:
        raise InputError(f"header {SIGNATURE_HEADER}: must hold {SIGNATURE_BYTES} bytes")
    return signature
