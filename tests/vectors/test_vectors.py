"""The present code writes every file of protocol/vectors with the same content, and reads it back."""

import json
from typing import cast

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from protocol.admission.supervisors import SUPERVISORS, decode_supervisors
from protocol.feed.buckets import digest
from protocol.journal.codec import decode_entry, encode_entry
from protocol.signatures import Envelope, verifies
from protocol.sync.signing import Request, verify_request
from protocol.tickets.codec import decode
from protocol.tickets.signature import DOMAIN
from tests.architecture.tree import ROOT
from tests.vectors.files import DIRECTORY, FILES, path_of, text_of


def read(name: str) -> dict[str, list[dict[str, str]]]:
    return cast("dict[str, list[dict[str, str]]]", json.loads(path_of(name).read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_what_the_code_says(name: str) -> None:
    """A difference here is a changed wire format: it needs a new version beside the old one, not a new vector alone."""
    assert path_of(name).read_text(encoding="utf-8") == text_of(FILES[name]())


def test_no_other_file_stands_there() -> None:
    assert {path.name for path in DIRECTORY.iterdir()} == {path_of(name).name for name in FILES}


def test_spec_names_every_file() -> None:
    spec = (ROOT / "protocol" / "SPEC.md").read_text(encoding="utf-8")
    assert [name for name in FILES if f"vectors/{name}.json" not in spec] == []


def test_tickets_are_read_and_proved_by_nothing_but_the_file() -> None:
    vectors = json.loads(path_of("tickets").read_text(encoding="utf-8"))
    public = bytes.fromhex(vectors["public"])
    for ticket in vectors["tickets"]:
        token = decode(ticket["text"].encode())
        assert token is not None
        assert token.body.hex() == ticket["body"]
        Ed25519PublicKey.from_public_bytes(public).verify(token.signature, bytes.fromhex(ticket["message"]))
    for refused in vectors["refused"]:
        token = decode(refused["text"].encode())
        assert (token is None) == (refused["reason"] == "malformed"), refused["why"]
        assert token is None or not verifies(public, DOMAIN, token.body, token.signature), refused["why"]


def test_the_journal_of_the_file_is_a_chain() -> None:
    previous = bytes(32)
    for line in read("journal")["entries"]:
        entry = decode_entry(bytes.fromhex(line["bytes"]))
        assert entry.previous_hash == previous
        assert (entry.hash.hex(), encode_entry(entry).hex()) == (line["hash"], line["bytes"])
        previous = entry.hash


def test_the_roles_of_the_file_name_one_another() -> None:
    roles = json.loads(path_of("feed_roles").read_text(encoding="utf-8"))
    envelopes = {name: bytes.fromhex(roles[name]["envelope"]) for name in ("root", "manifest", "admissions", "timestamp")}
    named = roles["timestamp"]["value"]
    for role, name in (("root", "keyring"), ("manifest", "manifest"), ("admissions", "admissions")):
        assert named[name]["sha256"] == digest(envelopes[role]).hex()
        assert named[name]["length"] == len(envelopes[role])
    keys = {key["key_id"]: bytes.fromhex(key["public"]) for key in roles["root"]["value"]["keys"]}
    for role in ("manifest", "admissions", "timestamp"):
        envelope = Envelope.from_bytes(envelopes[role])
        assert all(verifies(keys[key_id], role, envelope.payload, signature) for key_id, signature in envelope.signatures)


def test_the_request_of_the_file_is_proved() -> None:
    vectors = json.loads(path_of("requests").read_text(encoding="utf-8"))
    request = Request(vectors["method"], vectors["target_uri"], bytes.fromhex(vectors["body"]))
    caller = verify_request(bytes.fromhex(vectors["public"]), request, vectors["headers"])
    assert str(caller.sequence) == vectors["headers"]["paifang-sequence"]


def test_the_pins_of_the_file_are_proved_by_its_table() -> None:
    table = json.loads(path_of("tables").read_text(encoding="utf-8"))[SUPERVISORS]
    verifiers = {str(one.person_id): one.verifier for one in decode_supervisors(bytes.fromhex(table["bytes"]))}
    assert verifiers.keys() == table["pins"].keys()
    assert all(PasswordHasher().verify(verifiers[person], pin) for person, pin in table["pins"].items())
