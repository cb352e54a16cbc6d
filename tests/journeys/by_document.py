"""A program that knows only the OpenAPI document: it finds each operation by its id, and believes no answer that differs.

Laws: a path, a parameter or a body that the document does not have is a fault of the caller; an answer that the document does not
describe is a fault of central.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientSession
from jsonschema_rs import Draft202012Validator

Json = Any
# What proves a call's sender: the headers for a method, an absolute address and a body.
Proof = Callable[[str, str, bytes], Mapping[str, str]]
_BODY_TYPES = ("application/json",)


class NotAsDocumented(Exception):
    """What happened is not what the document says."""


@dataclass(frozen=True, slots=True)
class Described:
    """An operation as the document describes it."""

    method: str
    path: str
    said: Json

    def parameters(self, place: str) -> set[str]:
        """Return the names of its parameters in the path, the query or the headers."""
        return {one["name"] for one in self.said.get("parameters", ()) if one["in"] == place}


class Document:
    """The OpenAPI document of a server: its operations by their ids, and whether a value is as it says."""

    def __init__(self, said: Json) -> None:
        """Take the document."""
        self._components = said["components"]
        self._validators: dict[tuple[str, str], Draft202012Validator] = {}
        self.operations = {
            one["operationId"]: Described(method.upper(), path, one)
            for path, methods in said["paths"].items()
            for method, one in methods.items()
        }

    def require_valid(self, operation_id: str, what: str, content: Json, value: Json) -> None:
        """Demand that a body, or an answer with its status, is as described; NotAsDocumented where it is not."""
        described = content.get("application/json")
        if described is None:
            if value is not None and what == "body":
                raise NotAsDocumented(f"{operation_id} takes no body")
            return
        validator = self._validators.get((operation_id, what))
        if validator is None:
            validator = Draft202012Validator({**described["schema"], "components": self._components})
            self._validators[operation_id, what] = validator
        fault = next(validator.iter_errors(value), None)
        if fault is not None:
            raise NotAsDocumented(f"{operation_id}: the {what} is not as described: {fault.message}"[:500])


class Program:
    """Calls central by the document that central itself serves."""

    def __init__(self, session: ClientSession, url: str, document: Document, prove: Proof | None = None) -> None:
        """Take the connection, the server's address, the document, and what proves its calls: until then nothing does."""
        self._session, self._url, self._document = session, url, document
        self._prove = prove or (lambda _method, _url, _body: {})
        self._keys = 0

    @classmethod
    async def of(cls, session: ClientSession, url: str) -> "Program":
        """Return a program that has read the document of the server at that address, and nothing else."""
        async with session.get(f"{url}/api/v1/openapi.json") as answer:
            return cls(session, url, Document(await answer.json()))

    def as_another(self) -> "Program":
        """Return a program with the same document for another person."""
        return Program(self._session, self._url, self._document)

    def as_machine(self, prove: Proof) -> "Program":
        """Return a program with the same document for a machine that signs its calls."""
        return Program(self._session, self._url, self._document, prove)

    async def sign_in(self, name: str, password: str, **more: str) -> Json:
        """Sign in; return the session. A one-time password is changed to the same with a suffix."""
        session = await self.call("signIn", {"name": name, "password": password, "bearer": True, **more})
        self._bear(session["token"])
        if session["must_change_password"]:
            new = f"{password}-Own7"
            session = await self.call("changePassword", {"old_password": password, "new_password": new, "bearer": True})
            self._bear(session["token"])
        return session

    def _bear(self, token: str) -> None:
        self._prove = lambda _method, _url, _body: {"Authorization": f"Bearer {token}"}

    async def call(self, operation_id: str, body: Json = None, /, **parameters: object) -> Json:
        """Call an operation; return what it answers. NotAsDocumented where the document or the answer says otherwise."""
        one = self._document.operations.get(operation_id)
        if one is None:
            raise NotAsDocumented(f"the document has no operation {operation_id}")
        in_path, in_query = one.parameters("path"), one.parameters("query")
        if unknown := set(parameters) - in_path - in_query:
            raise NotAsDocumented(f"{operation_id} has no parameter {min(unknown)}")
        self._document.require_valid(operation_id, "body", one.said.get("requestBody", {}).get("content", {}), body)
        path = one.path.format(**{name: parameters[name] for name in in_path})
        query = {name: str(value) for name, value in parameters.items() if name in in_query}
        url = f"{self._url}{path}" + (f"?{urlencode(query)}" if query else "")
        raw = b"" if body is None else json.dumps(body).encode()
        headers = self._headers(one, url, raw)
        async with self._session.request(one.method, url, data=raw or None, headers=headers) as answer:
            described = one.said["responses"].get(str(answer.status))
            if described is None or answer.status >= 400:
                raise NotAsDocumented(f"{operation_id} answers {answer.status}: {await answer.text()}")
            if answer.content_type not in _BODY_TYPES:
                return await answer.read()
            said = await answer.json()
        self._document.require_valid(operation_id, f"answer {answer.status}", described.get("content", {}), said)
        return said

    def _headers(self, one: Described, url: str, raw: bytes) -> dict[str, str]:
        headers = {**self._prove(one.method, url, raw), **({"Content-Type": "application/json"} if raw else {})}
        if "Idempotency-Key" in one.parameters("header"):
            self._keys += 1
            headers["Idempotency-Key"] = f"program-{id(self)}-{self._keys:06}"
        return headers
