"""Whatever an agent sends, or whoever only says to be one: an answer that the OpenAPI document names, and never a stack."""

import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from itertools import count
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
import pytest_asyncio
from aiohttp import ClientResponse
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from yarl import URL

from central.operations import OPERATIONS
from central.web.access import Access
from central.web.openapi import document
from central.web.operations import Operation
from protocol import cbor
from protocol.directions import Direction
from protocol.identifiers import AttemptId, EntitlementId, TicketId
from protocol.sync import paths
from protocol.sync.messages import (
    MAX_BATCH_BYTES,
    MAX_MESSAGE_BYTES,
    AdmissionRequest,
    ClaimRequest,
    CredentialForm,
    Duty,
    EnrolRequest,
    HolderKeyRequest,
    SignOffRequest,
    TimeRequest,
)
from protocol.sync.signing import Request, sign_request
from tests.builders import hostile
from tests.builders.served import Central, Gate

pytestmark = [pytest.mark.law(10), pytest.mark.asyncio(loop_scope="module")]

DOCUMENT: Any = document(OPERATIONS, "Paifang", "1")
AGENTS = [one for one in OPERATIONS if one.path.startswith("/agent/")]
SIGNED = [one for one in AGENTS if one.access is Access.AGENT]
SENT = [one for one in SIGNED if one.method == "POST"]
READ = [one for one in SIGNED if one.path_names]
ENROL = next(one for one in AGENTS if one.path == paths.ENROL)
PLACES = {"kind": "tickets", "sha256": "0" * 64, "root": "0" * 64, "numbers": "0"}
U64 = 2**64 - 1
VALUES: tuple[object, ...] = (
    *(None, True, -1, 0, 2**31, 2**63, U64, 2**64, 2**70, -(2**70), 1.5),
    *("", "\0", "x" * 5_000, b"", b"x" * 5_000, [], {}, [[[]]], {1: 2}),
)
NO_MESSAGES = (
    b"",
    b"\xff",
    b"\xf7",
    b"{}",
    b"\x81" * 20_000,
    b"\xa1\x61a" * 20_000,
    b"\x5b\xff\xff\xff\xff\xff\xff\xff\xff",
    b"\x9b\x7f\xff\xff\xff\xff\xff\xff\xff",
    b"\xbf\xff",
    b"\xc2\x41\x00",
    b"\xd8\x1d\x00",
    b"\xfb\x7f\xf8\x00\x00\x00\x00\x00\x00",
)
SEED = 14
NOTHING: Mapping[str, str] = {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gate(central: Central) -> AsyncIterator[Gate]:
    gate = await central.enrol(await central.add_check_point([1]))
    yield gate
    gate.close()


def by_id(operation: Operation) -> str:
    return operation.operation_id


def honest(gate: Gate, path: str) -> bytes:
    """What a real agent sends to a path."""
    point, now, attempt = gate.check_point, gate.central.clock(), AttemptId(bytes(16))
    match path:
        case paths.JOURNAL:
            gate.admit(1)
            batch = gate.journal.unsent(gate.reading(), 2)
            assert batch is not None
            return batch.to_bytes()
        case paths.TIME:
            return TimeRequest(bytes(16)).to_bytes()
        case paths.SIGN_OFF:
            return SignOffRequest(Duty.OPEN, gate.journal.signed_head()).to_bytes()
        case paths.HOLDER_KEY:
            return HolderKeyRequest(0, bytes(16)).to_bytes()
        case paths.CLAIM:
            return ClaimRequest(attempt, TicketId(1), 1, EntitlementId(1), point, 1, now).to_bytes()
    return AdmissionRequest(attempt, CredentialForm.CODE, b"PF1", point, Direction.ENTRY, 1, now, bytes(16)).to_bytes()


def hostile_bodies(message: bytes) -> Iterator[bytes]:
    """Yield messages, each wrong in one place, then some that are none."""
    value: Any = cbor.decode(message)
    fresh = count(1)
    for place in hostile.places(value):
        for wrong in VALUES:
            changed = hostile.replaced(value, place, wrong)
            if place != ("attempt",) and "attempt" in changed:
                changed["attempt"] = next(fresh).to_bytes(16)  # else the answer would be the one of before
            yield cbor.encode(changed)
        yield cbor.encode(hostile.without(value, place))
    yield cbor.encode({**value, "unknown": 1})
    yield message + b"\0"
    yield b"\xb9\0" + bytes([message[0] & 0x1F]) + message[1:]  # the same map, its length not in the shortest form
    chance = Random(SEED)  # noqa: S311 - a seed repeats the run
    yield from (message[: chance.randrange(len(message))] for _ in range(20))
    for _ in range(60):
        place_of_bit = chance.randrange(len(message) * 8)
        flipped = bytearray(message)
        flipped[place_of_bit // 8] ^= 1 << place_of_bit % 8
        yield bytes(flipped)
    yield from (chance.randbytes(chance.randrange(1, 400)) for _ in range(20))
    yield from NO_MESSAGES


async def send(
    gate: Gate, operation: Operation, path: str, body: bytes = b"", changed: Mapping[str, str] = NOTHING
) -> tuple[int, str]:
    """Send a request signed as the gate signs, and hold its answer to the document; return its status and its code."""
    central = gate.central
    url = URL(central.url + path, encoded=True)
    signed = sign_request(gate.private, Request(operation.method, str(url), body), gate.agent, next(_sequences), central.clock())
    headers = {**signed, "content-type": paths.CBOR_TYPE, **changed}
    async with central.session.request(operation.method, url, data=body or None, headers=headers) as answer:
        return answer.status, await held(answer, DOCUMENT["paths"][operation.path][operation.method.lower()], body)


async def held(answer: ClientResponse, said: Any, body: bytes) -> str:  # noqa: ANN401 - JSON
    read = await answer.read()
    shown = (answer.status, read[:300], body[:200].hex())
    assert answer.status < 500, shown
    assert str(answer.status) in said["responses"], shown
    documented = said["responses"][str(answer.status)]
    assert answer.content_type in documented["content"], shown
    if answer.content_type == paths.CBOR_TYPE:
        cbor.decode(read)
        return ""
    code: str = json.loads(read)["code"]
    assert code in documented["description"].split(", "), shown
    return code


_sequences = count(100_000)


@pytest.mark.parametrize("operation", SENT, ids=by_id)
async def test_no_message_brings_an_operation_down(gate: Gate, operation: Operation) -> None:
    message = honest(gate, operation.path)
    first = await send(gate, operation, operation.path, message)
    assert first[0] == 200, first
    answers = Counter([await send(gate, operation, operation.path, body) for body in hostile_bodies(message)])
    assert answers[400, "input_invalid"] > 50, answers
    assert (await send(gate, operation, operation.path, message))[0] == 200, "and it still answers"


async def test_no_message_makes_an_agent_that_was_not_asked_for(gate: Gate) -> None:
    await gate.central.sign_in_again()
    before = await gate.central.api("GET", "/agents")
    asked = EnrolRequest.make(Ed25519PrivateKey.from_private_bytes(bytes(31) + b"e"), "0" * 16, "gate").to_bytes()
    for body in hostile_bodies(asked):
        gate.central.clock.advance(seconds=61)  # so that the limit of tries hides nothing
        status, _ = await send(gate, ENROL, paths.ENROL, body)
        assert status in {400, 403, 413}
    await gate.central.sign_in_again()
    assert len((await gate.central.api("GET", "/agents"))["items"]) == len(before["items"])


@pytest.mark.parametrize("operation", READ, ids=by_id)
async def test_no_path_brings_an_operation_down(gate: Gate, operation: Operation) -> None:
    named = {name: PLACES.get(name, "1") for name in operation.path_names}
    for name in operation.path_names:
        for value in (*hostile.PATHS, "events", "0,0", "1,0", "4096", "0," * 200 + "1", "f" * 64):
            wrong = value if "%" in value else quote(value, safe=",")
            if value != "%2e%2e%2f":
                await send(gate, operation, operation.path.format(**{**named, name: wrong}))


@pytest.mark.parametrize(
    "query", ["after=-1", "after=x", f"after={2**64}", "after=%00", "after=1&after=2", "wait_s=1e9", "other=1"]
)
async def test_no_query_of_the_poll_brings_it_down(gate: Gate, query: str) -> None:
    operation = next(one for one in SIGNED if one.operation_id == "pollHead")
    await send(gate, operation, f"{operation.path}?{query}")


@pytest.mark.parametrize("operation", [*SENT, ENROL], ids=by_id)
async def test_a_body_over_its_limit_is_not_read(gate: Gate, operation: Operation) -> None:
    most = MAX_BATCH_BYTES if operation.path == paths.JOURNAL else MAX_MESSAGE_BYTES
    status, code = await send(gate, operation, operation.path, b"x" * (most + 1))
    assert (status, code) == (413, "body_too_large")


@pytest.mark.parametrize(
    "changed",
    [
        {"paifang-agent": "0"},
        {"paifang-agent": "1" * 300},
        {"paifang-agent": "１"},
        {"paifang-sequence": "-1"},
        {"paifang-sequence": str(2**64)},
        {"paifang-version": "1-" + "9" * 300},
        {"content-digest": "sha-256=:x:"},
        {"content-digest": "sha-512=:" + "A" * 86 + "==:"},
        {"content-digest": "\xff"},
        {"signature-input": "paifang=();keyid=" + "x" * 5_000},
        {"signature-input": 'sig1=("@method");alg="none"'},
        {"signature": "paifang=::"},
        {"signature": "paifang=:" + "A" * 7_000 + ":"},
        {"signature": "paifang=:\xe9:"},
    ],
    ids=lambda changed: next(iter(changed)),
)
async def test_no_header_brings_an_operation_down(gate: Gate, changed: dict[str, str]) -> None:
    for operation in SIGNED:
        path = operation.path.format(**{name: PLACES.get(name, "1") for name in operation.path_names})
        answer = await send(gate, operation, path, changed=changed)
        assert answer in {(400, "input_invalid"), (401, "signature_invalid"), (426, "version_unsupported")}
