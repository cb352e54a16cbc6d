"""A program that knows only the OpenAPI document: it finds each operation by its id, and believes no answer that differs.

Laws: a path, a parameter or a body that the document does not have is a fault of the caller; an answer that the document does not
describe is a fault of central.
"""

from dataclasses import dataclass
from typing import Any

from aiohttp import ClientSession
from jsonschema_rs import Draft202012Validator

Json = Any
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


class Program:
    """Calls central by the document that central itself serves."""

    def __init__(self, session: ClientSession, url: str, document: Json) -> None:
        """Take the connection, the server's address, and the document."""
        self._session, self._url, self._document = session, url, document
        self._token: str | None = None
        self._keys = 0
        self.called: set[str] = set()
        self._operations = {
            said["operationId"]: Described(method.upper(), path, said)
            for path, methods in document["paths"].items()
            for method, said in methods.items()
        }

    @classmethod
    async def of(cls, session: ClientSession, url: str) -> "Program":
        """Return a program that has read the document of the server at that address, and nothing else."""
        async with session.get(f"{url}/api/v1/openapi.json") as answer:
            return cls(session, url, await answer.json())

    def as_another(self) -> "Program":
        """Return a program with the same document for another person."""
        return Program(self._session, self._url, self._document)

    async def sign_in(self, name: str, password: str) -> Json:
        """Sign in; return the session. A one-time password is changed to the same with a suffix."""
        session = await self.call("signIn", {"name": name, "password": password, "bearer": True})
        self._token = session["token"]
        if session["must_change_password"]:
            new = f"{password}-Own7"
            session = await self.call("changePassword", {"old_password": password, "new_password": new, "bearer": True})
            self._token = session["token"]
        return session

    async def call(self, operation_id: str, body: Json = None, /, **parameters: object) -> Json:
        """Call an operation; return what it answers. NotAsDocumented where the document or the answer says otherwise."""
        one = self._operations.get(operation_id)
        if one is None:
            raise NotAsDocumented(f"the document has no operation {operation_id}")
        self.called.add(operation_id)
        in_path, in_query = one.parameters("path"), one.parameters("query")
        if unknown := set(parameters) - in_path - in_query:
            raise NotAsDocumented(f"{operation_id} has no parameter {min(unknown)}")
        self._require_valid(operation_id, "body", one.said.get("requestBody", {}).get("content", {}), body)
        path = one.path.format(**{name: parameters[name] for name in in_path})
        query = {name: str(value) for name, value in parameters.items() if name in in_query}
        async with self._session.request(
            one.method, f"{self._url}{path}", json=body, params=query, headers=self._headers(one)
        ) as answer:
            described = one.said["responses"].get(str(answer.status))
            if described is None or answer.status >= 400:
                raise NotAsDocumented(f"{operation_id} answers {answer.status}: {await answer.text()}")
            if answer.content_type not in _BODY_TYPES:
                return await answer.read()
            said = await answer.json()
        self._require_valid(operation_id, "answer", described.get("content", {}), said)
        return said

    def _headers(self, one: Described) -> dict[str, str]:
        headers = {} if self._token is None else {"Authorization": f"Bearer {self._token}"}
        if "Idempotency-Key" in one.parameters("header"):
            self._keys += 1
            headers["Idempotency-Key"] = f"program-{id(self)}-{self._keys:06}"
        return headers

    def _require_valid(self, operation_id: str, what: str, content: Json, value: Json) -> None:
        described = content.get("application/json")
        if described is None:
            if value is not None and what == "body":
                raise NotAsDocumented(f"{operation_id} takes no body")
            return
        schema = {**described["schema"], "components": self._document["components"]}
        fault = next(Draft202012Validator(schema).iter_errors(value), None)
        if fault is not None:
            raise NotAsDocumented(f"{operation_id}: the {what} is not as described: {fault.message}"[:500])
