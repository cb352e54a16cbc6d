"""Tells a story of calls to a served central, checks each answer against the OpenAPI document, and keeps the examples."""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from typing import Any
from urllib.parse import urlencode

import aiohttp
from aiohttp import ClientResponse
from jsonschema_rs import Draft202012Validator

from central.assembly import CALLS, Built
from central.audit.routes import CHAIN
from central.keys import service as keys
from central.keys.files import KeyFiles
from central.operations import OPERATIONS
from central.refunds.routes.batches import REFUND_BATCHES
from central.refunds.routes.refunds import REFUNDS
from central.reports.routes.kept_exports import KEPT_EXPORTS
from central.sync.routes.agent_calls import KEYS
from central.web.bodies import JSON
from central.web.once import REPLAYED_HEADER
from central.web.operations import Operation
from protocol import cbor
from protocol.errors import InputError
from protocol.keyring import Purpose
from protocol.sync.paths import CBOR_TYPE
from tests.builders.api_document import api_document
from tests.builders.central import HandClock, SeededBytes
from tests.builders.served import PASSPHRASE
from tests.vectors.plain import plain

Json = Any
ORIGIN = "https://tickets.example"
BY_ID = {operation.operation_id: operation for operation in OPERATIONS}


@dataclass(slots=True)
class Teller:
    """Calls as the person whose token it holds. `shown` are the examples by operation id.

    Where it `repeats`, it makes each call that is done once a second time with the same key, and demands the same answer.
    `repeated` are the operations of these calls.
    """

    url: str
    session: aiohttp.ClientSession
    clock: HandClock
    built: Built
    key_files: KeyFiles
    token: str = ""
    shown: dict[str, dict[str, Json]] = field(default_factory=dict)
    repeats: bool = False
    repeated: set[str] = field(default_factory=set)
    _keys: "count[int]" = field(default_factory=lambda: count(1))

    async def sign_in(self, password: str, name: str = "admin") -> None:
        """Act as this person from now on."""
        self.token = (await self.ask("signIn", {"name": name, "password": password, "bearer": True}))["token"]

    async def show(self, operation_id: str, body: Json = None, **parameters: Json) -> Json:
        """Call, and keep the call as the example of the operation."""
        answer = await self.ask(operation_id, body, **parameters)
        self.keep(operation_id, parameters, body, answer)
        return answer

    def keep(self, operation_id: str, parameters: dict[str, Json], body: Json, answer: Json) -> None:
        """Keep an example of an operation; the first one stays."""
        example = {"parameters": parameters, "body": body, "answer": answer}
        self.shown.setdefault(operation_id, {name: one for name, one in example.items() if one is not None})

    async def notify(self, method: str, headers: Mapping[str, str], body: str) -> None:
        """Send central an institution's notification as the institution sent it; keep it as the example."""
        operation = BY_ID["notifyPayment"]
        url = self.url + address(operation, {"method": method})
        async with self.session.post(url, data=body.encode(), headers=headers) as answer:
            said = (await answer.read()).decode()
            assert answer.status == operation.status, said
        self.keep("notifyPayment", {"method": method}, body, said)

    async def upload(self, operation_id: str, file: str, **parameters: Json) -> Json:
        """Send a text as a file, and keep the call as the example of the operation."""
        said = await self.send(operation_id, file, **parameters)
        self.keep(operation_id, parameters, file, said)
        return said

    async def send(self, operation_id: str, file: str, **parameters: Json) -> Json:
        """Send a text as a file, which succeeds; return the answer."""
        operation = BY_ID[operation_id]
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "text/csv"}
        return await self.answered(operation, self.url + address(operation, parameters), headers, data=file.encode())

    async def written_down(self) -> None:
        """Run the jobs that keep the log."""
        await self.built.app[CALLS].write_down()
        await self.built.app[CHAIN].link_all(self.clock())

    async def exports_finished(self) -> None:
        """Wait until every export that was begun has ended."""
        await self.built.app[KEPT_EXPORTS].finished()

    def rotate_ticket_key(self) -> None:
        """Replace the key that tickets are signed with, so that there is a next keyring."""
        keys.rotate(self.key_files, PASSPHRASE, Purpose.TICKETS, self.clock(), SeededBytes("rotated"), compromised=False)
        self.built.app[KEYS].reload()

    async def batches_carried_on(self) -> None:
        """Run the jobs that go on with refund batches and publish what they void."""
        await self.built.app[REFUND_BATCHES].go_on(self.clock())
        await self.built.publisher.publish_all()
        await self.built.app[REFUNDS].settle_waiting(self.clock())

    async def ask(self, operation_id: str, body: Json = None, **parameters: Json) -> Json:
        """Make a call that succeeds; return its answer."""
        operation = BY_ID[operation_id]
        if operation.body:
            hold(body, described(operation)["requestBody"]["content"][JSON]["schema"])
        headers = {"Idempotency-Key": f"example-{next(self._keys):04}"} if operation.idempotent else {}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        return await self.answered(operation, self.url + address(operation, parameters), headers, json=body)

    async def answered(self, operation: Operation, url: str, headers: dict[str, str], **content: Json) -> Json:
        """Send a call that succeeds, twice where this one repeats; return its answer."""
        if operation.once and self.repeats:
            headers["Idempotency-Key"] = f"example-{next(self._keys):04}"
        async with self.session.request(operation.method, url, headers=headers, **content) as answer:
            said = await held(operation, answer)
        if operation.once and self.repeats:
            async with self.session.request(operation.method, url, headers=headers, **content) as again:
                assert await held(operation, again) == said, f"{operation.operation_id} answers a repeated call otherwise"
                assert REPLAYED_HEADER in again.headers, f"{operation.operation_id} was done twice for one key"
            self.repeated.add(operation.operation_id)
        return said


def address(operation: Operation, parameters: dict[str, Json]) -> str:
    """Return path and query of a call."""
    query = {name: value for name, value in parameters.items() if name not in operation.path_names}
    return operation.path.format(**parameters) + (f"?{urlencode(query)}" if query else "")


async def held(operation: Operation, answer: ClientResponse) -> Json:
    """Return the answer, after a check that it is the success that the document describes."""
    raw = await answer.read()
    assert answer.status == operation.status, (operation.operation_id, answer.status, raw[:600])
    content = described(operation)["responses"][str(int(operation.status))].get("content", {})
    if not content:
        assert raw == b"", "an answer that is not described"
        return None
    assert answer.content_type in content or "*/*" in content, answer.content_type
    match answer.content_type:
        case "application/json":
            said = json.loads(raw)
            hold(said, content[JSON]["schema"])
            return said
        case media_type if media_type == CBOR_TYPE:
            return as_text(raw)
        case media_type if media_type.startswith("text/"):
            return raw.decode()
    return base64.b64encode(raw).decode()


def as_text(message: bytes) -> Json:
    """Return an agent's message with bytes in hexadecimal (as protocol/vectors does); where it is no CBOR, its bytes."""
    try:
        return plain(cbor.decode(message))
    except InputError:
        return message.hex()


def described(operation: Operation) -> Json:
    """Return what the document says of an operation."""
    return api_document()["paths"][operation.path][operation.method.lower()]


def hold(value: Json, schema: Json) -> None:
    """Check a value against a schema of the document."""
    _validator(json.dumps(schema)).validate(value)


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({**json.loads(schema), "components": api_document()["components"]}, validate_formats=True)
