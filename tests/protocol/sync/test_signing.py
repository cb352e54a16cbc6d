"""RFC 9421 and RFC 9530 as agents use them: one form, golden, and nothing else."""

import base64
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocol.errors import InputError, UntrustedError
from protocol.identifiers import AgentId
from protocol.instants import Instant
from protocol.sync.signing import Caller, Request, claimed_caller, content_digest, sign_request, verify_request
from protocol.sync.versions import Versions

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = PRIVATE.public_key().public_bytes_raw()
REQUEST = Request("POST", "https://paifang.example/agent/v1/journal?x=1", b"body")
CREATED = Instant(1_778_378_400_999)
HEADERS = sign_request(PRIVATE, REQUEST, AgentId(7), 1025, CREATED)

GOLDEN_BASE = (
    '"@method": POST\n'
    '"@target-uri": https://paifang.example/agent/v1/journal?x=1\n'
    '"content-digest": sha-256=:Iw2DWNyOiJC0xY3utikS7i8gNXrpKlzIYbmOaP4xrLU=:\n'
    '"paifang-agent": 7\n'
    '"paifang-sequence": 1025\n'
    '"paifang-version": 1-1\n'
    '"@signature-params": ("@method" "@target-uri" "content-digest" "paifang-agent" "paifang-sequence" "paifang-version")'
    ';created=1778378400;keyid="7";alg="ed25519";tag="paifang-request-1"'
)


def test_golden_request() -> None:
    assert HEADERS["content-digest"] == f"sha-256=:{base64.b64encode(hashlib.sha256(b'body').digest()).decode()}:"
    assert {
        "paifang-agent": "7",
        "paifang-sequence": "1025",
        "paifang-version": "1-1",
        "content-digest": GOLDEN_BASE.splitlines()[2].removeprefix('"content-digest": '),
        "signature-input": "paifang=" + GOLDEN_BASE.splitlines()[6].removeprefix('"@signature-params": '),
        "signature": f"paifang=:{base64.b64encode(PRIVATE.sign(GOLDEN_BASE.encode())).decode()}:",
    } == HEADERS


def test_rfc_9530_digest_of_an_empty_body() -> None:
    assert content_digest(b"") == "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"


def test_a_signed_request_is_proved() -> None:
    caller = Caller(AgentId(7), 1025, Instant(1_778_378_400_000), Versions(1, 1))
    assert verify_request(PUBLIC, REQUEST, HEADERS) == caller
    assert claimed_caller(HEADERS) == caller


@pytest.mark.parametrize(
    "request_",
    [
        Request("GET", REQUEST.target_uri, REQUEST.body),
        Request("POST", "https://paifang.example/agent/v1/journal", REQUEST.body),
        Request("POST", "http://paifang.example/agent/v1/journal?x=1", REQUEST.body),
        Request("POST", REQUEST.target_uri, b"bodY"),
        Request("POST", REQUEST.target_uri, b""),
    ],
)
def test_another_request_is_not_proved(request_: Request) -> None:
    with pytest.raises(UntrustedError):
        verify_request(PUBLIC, request_, HEADERS)


def test_another_key_proves_nothing() -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key().public_bytes_raw()
    with pytest.raises(UntrustedError):
        verify_request(other, REQUEST, HEADERS)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("paifang-agent", "8"),
        ("paifang-agent", "07"),
        ("paifang-agent", "0"),
        ("paifang-agent", "4294967296"),
        ("paifang-sequence", "1026"),
        ("paifang-sequence", "-1"),
        ("paifang-sequence", "18446744073709551616"),
        ("paifang-version", "1-2"),
        ("paifang-version", "1"),
        ("content-digest", content_digest(b"other")),
        ("content-digest", "md5=:AAAA:"),
        ("signature", "paifang=:AAAA:"),
        ("signature", "sig1" + HEADERS["signature"].removeprefix("paifang")),
        ("signature", "paifang=:????:"),
        ("signature-input", HEADERS["signature-input"].replace(' "content-digest"', "")),
        ("signature-input", HEADERS["signature-input"].replace("1778378400", "1778378401")),
        ("signature-input", HEADERS["signature-input"].replace("ed25519", "hmac-sha256")),
        ("signature-input", HEADERS["signature-input"] + ";expires=1"),
        ("signature-input", "x" * 401),
    ],
)
def test_every_header_is_covered_or_of_one_form(name: str, value: str) -> None:
    with pytest.raises((InputError, UntrustedError)):
        verify_request(PUBLIC, REQUEST, {**HEADERS, name: value})


@pytest.mark.parametrize("name", HEADERS)
def test_every_header_is_needed(name: str) -> None:
    with pytest.raises(InputError):
        verify_request(PUBLIC, REQUEST, {key: value for key, value in HEADERS.items() if key != name})
