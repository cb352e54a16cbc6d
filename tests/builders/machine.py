"""A kiosk or counter in a test: enrolled at a served central, it signs its calls in JSON as a real one does."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

from aiohttp import ClientResponse
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.central_client import enrol
from protocol.identifiers import AgentId
from protocol.sync.messages import EnrolRequest
from protocol.sync.signing import Request, sign_request
from tests.builders.served import VISIT_DAY, Central

Json = Any
_keys = count(1_000)


class Machine:
    """An agent that sells."""

    def __init__(self, central: Central, agent: AgentId, private: Ed25519PrivateKey) -> None:
        self.central = central
        self.agent = agent
        self.private = private
        self.sequences = count(1)
        self.once = count(1)

    @classmethod
    async def enrolled(cls, central: Central, role: str = "kiosk", name: str = "自助机 1", site: int = 1) -> "Machine":
        """Enrol a new one."""
        code = (await central.api("POST", f"/sites/{site}/enrolment-codes", {"role": role, "check_point_ids": []}))["code"]
        private = Ed25519PrivateKey.from_private_bytes(next(_keys).to_bytes(32, "big"))
        answer = await enrol(central.session, central.url, EnrolRequest.make(private, code, name))
        return cls(central, answer.agent, private)

    async def said(self, method: str, path: str, body: Json = None, key: str = "") -> tuple[int, Json]:
        """Call; return the status and the answer: JSON, or bytes where it is not JSON."""
        raw = b"" if body is None else json.dumps(body).encode()
        async with self.sent(method, path, raw, key) as answer:
            said = await answer.read()
            return answer.status, json.loads(said) if "json" in answer.content_type else said

    @asynccontextmanager
    async def sent(self, method: str, path: str, raw: bytes, key: str = "") -> AsyncIterator[ClientResponse]:
        """Send bytes as a body, signed; yield the answer."""
        url = f"{self.central.url}/agent/v1/shop{path}"
        signed = Request(method, url, raw)
        headers = sign_request(self.private, signed, self.agent, next(self.sequences), self.central.clock())
        sent = {**headers, "Idempotency-Key": key or f"machine-{self.agent}-{next(self.once):06}"}
        sent |= {"Content-Type": "application/json"} if raw else {}
        async with self.central.session.request(method, url, data=raw or None, headers=sent) as answer:
            yield answer

    async def ask(self, method: str, path: str, body: Json = None, key: str = "") -> Json:
        """Call, and demand success."""
        status, said = await self.said(method, path, body, key)
        assert status < 300, (status, said)
        return said

    async def refused(self, method: str, path: str, body: Json = None, key: str = "") -> str:
        """Call, and demand a refusal; return its code."""
        status, said = await self.said(method, path, body, key)
        assert status >= 400, said
        return str(said["code"])

    async def hold(self, ticket_type: int, quantity: int = 1, key: str = "", **order: Json) -> Json:
        """Hold an order at its quoted price."""
        cart = {"lines": [{"ticket_type_id": ticket_type, "visit_day": VISIT_DAY, "quantity": quantity}], **order}
        total_fen = (await self.ask("POST", "/quotes", cart))["total_fen"]
        return await self.ask("POST", "/orders", {**cart, "expected_total_fen": total_fen}, key)
