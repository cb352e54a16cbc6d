"""Each message of an agent, or of a caller that only claims to be one, gets an answer that the document names, and no stack.

`make test` sends a share of the messages to each operation; a sweep sends all.
"""

import json
from collections import Counter, defaultdict
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
from central.shop.routes.selling import ROOT
from central.web.access import Access
from central.web.bodies import JSON, MAX_BODY_BYTES
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
from tests.builders.api_document import api_document
from tests.builders.machine import Machine
from tests.builders.sampling import EVERYTHING, every
from tests.builders.served import Central, Gate

pytestmark = [pytest.mark.law(10), pytest.mark.asyncio(loop_scope="module")]

AGENTS = [one for one in OPERATIONS if one.path.startswith("/agent/")]
SIGNED = [one for one in AGENTS if one.access is Access.AGENT]
SENT = [one for one in SIGNED if one.method == "POST" and one.is_raw]
IN_JSON = [one for one in SIGNED if one.method == "POST" and not one.is_raw]
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
SHARE_OF_SQLITE, SHARE_OF_POSTGRESQL = 4, 16
WRONG = "wrong:"
NOTHING: Mapping[str, str] = {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def gate(central: Central) -> AsyncIterator[Gate]:
    gate = await central.enrol(await central.add_check_point([1]))
    yield gate
    gate.close()


@pytest.fixture(scope="module")
def share(url: str, is_sweep: bool) -> int:  # noqa: FBT001 - a fixture
    """Return how many messages there are for each one that is sent."""
    if is_sweep:
        return EVERYTHING
    return SHARE_OF_POSTGRESQL if url else SHARE_OF_SQLITE


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
    """Yield messages that are each wrong in one place, then some that are no messages."""
    value: Any = cbor.decode(message)
    fresh = count(1)
    for place in hostile.places(value):
        for wrong in VALUES:
            changed = hostile.replaced(value, place, wrong)
            if place != ("attempt",) and "attempt" in changed:
                changed["attempt"] = next(fresh).to_bytes(16)  # else the answer would be the earlier one
            yield cbor.encode(changed)
        yield cbor.encode(hostile.without(value, place))
    yield cbor.encode({**value, "unknown": 1})
    yield message + b"\0"
    yield b"\xb9\0" + bytes([message[0] & 0x1F]) + message[1:]  # the same map; its length is not in the shortest form
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
    """Send a request signed as the gate signs; return the status and the code, or what is wrong with the answer."""
    central = gate.central
    url = URL(central.url + path, encoded=True)
    signed = sign_request(gate.private, Request(operation.method, str(url), body), gate.agent, next(_sequences), central.clock())
    headers = {**signed, "content-type": paths.CBOR_TYPE, **changed}
    async with central.session.request(operation.method, url, data=body or None, headers=headers) as answer:
        return answer.status, await told(answer, api_document()["paths"][operation.path][operation.method.lower()])


async def told(answer: ClientResponse, said: Any) -> str:  # noqa: ANN401 - JSON
    """Return the code of an answer, no code where it is no problem, or a text that begins with WRONG."""
    read = await answer.read()
    documented = said["responses"].get(str(answer.status))
    if answer.status >= 500 or documented is None or answer.content_type not in documented["content"]:
        return f"{WRONG} {answer.content_type} is not documented, {read[:120]!r}"
    if answer.content_type == paths.CBOR_TYPE:
        cbor.decode(read)
        return ""
    code: str = json.loads(read)["code"]
    return code if code in documented["description"].split(", ") else f"{WRONG} {code} is not documented"


def offenders(answers: Mapping[str, Counter[tuple[int, str]]]) -> dict[str, list[tuple[int, str]]]:
    """Return the operations whose answers the document does not name, and these answers."""
    found = {name: [one for one in said if one[1].startswith(WRONG)] for name, said in answers.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


_sequences = count(100_000)


async def test_no_message_brings_an_operation_down(gate: Gate, share: int) -> None:
    answers = defaultdict[str, Counter[tuple[int, str]]](Counter)
    for number, operation in enumerate(SENT):
        path, message = operation.path, honest(gate, operation.path)
        first = await send(gate, operation, path, message)
        bodies = list(every(share, hostile_bodies(message), number))
        answers[path].update([await send(gate, operation, path, body) for body in bodies])
        last = await send(gate, operation, path, message)
        assert (first[0], last[0]) == (200, 200), (path, first, last, "it must still answer")
        assert answers[path][400, "input_invalid"] > len(bodies) / 4, answers[path]
    assert offenders(answers) == {}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def kiosk(central: Central) -> Machine:
    await central.api("PUT", "/sale-settings/channel/kiosk", {"version": 0, "all_types": True, "ticket_type_ids": []})
    return await Machine.enrolled(central)


async def test_no_json_brings_an_operation_down(kiosk: Machine, share: int) -> None:
    schemas, answers = hostile.Schemas(api_document()), defaultdict[str, Counter[tuple[int, str]]](Counter)
    for number, operation in enumerate(IN_JSON):
        said, path = api_document()["paths"][operation.path]["post"], operation.path.format(order_id=1)
        shown = schemas.example(said["requestBody"]["content"][JSON]["schema"]) if operation.body else {}
        bodies = (*hostile.wrong_fields(shown, 20 * share, number), *hostile.NO_OBJECTS) if shown else (b"x",)
        for body in bodies:
            async with kiosk.sent("POST", path.removeprefix(ROOT), body) as answer:
                answers[path].update([(answer.status, await told(answer, said))])
    assert offenders(answers) == {}


async def test_no_message_makes_an_agent_that_was_not_asked_for(gate: Gate, share: int) -> None:
    await gate.central.sign_in_again()
    before = await gate.central.api("GET", "/agents")
    asked = EnrolRequest.make(Ed25519PrivateKey.from_private_bytes(bytes(31) + b"e"), "0" * 16, "gate").to_bytes()
    answers = Counter[tuple[int, str]]()
    for body in every(share, hostile_bodies(asked)):
        gate.central.clock.advance(seconds=61)  # so that the limit of tries hides nothing
        answers.update([await send(gate, ENROL, paths.ENROL, body)])
    assert offenders({paths.ENROL: answers}) == {}
    assert {status for status, _ in answers} <= {400, 403, 413}
    await gate.central.sign_in_again()
    assert len((await gate.central.api("GET", "/agents"))["items"]) == len(before["items"])


async def test_no_path_brings_an_operation_down(gate: Gate) -> None:
    answers = defaultdict[str, Counter[tuple[int, str]]](Counter)
    for operation in READ:
        named = {name: PLACES.get(name, "1") for name in operation.path_names}
        for name in operation.path_names:
            for value in (*hostile.PATHS, "events", "0,0", "1,0", "4096", "0," * 200 + "1", "f" * 64):
                wrong = value if "%" in value else quote(value, safe=",")
                if value != "%2e%2e%2f":
                    answer = await send(gate, operation, operation.path.format(**{**named, name: wrong}))
                    answers[f"{operation.operation_id} {value}"].update([answer])
    assert offenders(answers) == {}


async def test_no_query_of_the_poll_brings_it_down(gate: Gate) -> None:
    operation = next(one for one in SIGNED if one.operation_id == "pollHead")
    queries = ("after=-1", "after=x", f"after={2**64}", "after=%00", "after=1&after=2", "wait_s=1e9", "other=1")
    answers = {query: Counter([await send(gate, operation, f"{operation.path}?{query}")]) for query in queries}
    assert offenders(answers) == {}


async def test_a_body_over_its_limit_is_not_read(gate: Gate) -> None:
    answers = {}
    for operation in (*SENT, *IN_JSON, ENROL):
        most = MAX_BATCH_BYTES if operation.path == paths.JOURNAL else MAX_MESSAGE_BYTES if operation.is_raw else MAX_BODY_BYTES
        answers[operation.operation_id] = await send(gate, operation, operation.path.format(order_id=1), b"x" * (most + 1))
    assert {name: answer for name, answer in answers.items() if answer != (413, "body_too_large")} == {}


WRONG_HEADERS = (
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
)
REFUSALS = {(400, "input_invalid"), (401, "signature_invalid"), (426, "version_unsupported")}


async def test_no_header_brings_an_operation_down(gate: Gate) -> None:
    answers = {}
    for operation in SIGNED:
        path = operation.path.format(**{name: PLACES.get(name, "1") for name in operation.path_names})
        for number, changed in enumerate(WRONG_HEADERS):
            answers[operation.operation_id, number] = await send(gate, operation, path, changed=changed)
    assert {asked: answer for asked, answer in answers.items() if answer not in REFUSALS} == {}
