"""A kiosk in a story: it enrols by a code, and signs its calls in JSON by a fixed key."""

import json
from itertools import count

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.web.bodies import JSON
from protocol.identifiers import AgentId
from protocol.sync import paths
from protocol.sync.messages import EnrolAnswer, EnrolRequest
from protocol.sync.paths import CBOR_TYPE
from protocol.sync.signing import Request, sign_request
from tests.examples.teller import BY_ID, ORIGIN, Json, Teller, address, described, held, hold

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


class Kiosk:
    """An agent that sells at the prepared site."""

    def __init__(self, tell: Teller) -> None:
        self._tell = tell
        self._sequences, self._keys = count(1), count(1)
        self._agent = AgentId(0)

    async def enrol(self) -> "Kiosk":
        """Become an agent."""
        code = (await self._tell.ask("addEnrolmentCode", {"role": "kiosk"}, site_id=1))["code"]
        asked = EnrolRequest.make(PRIVATE, code, "自助机 1").to_bytes()
        url, headers = self._tell.url + paths.ENROL, {"content-type": CBOR_TYPE}
        async with self._tell.session.post(url, data=asked, headers=headers) as answer:
            assert answer.ok, await answer.text()
            self._agent = EnrolAnswer.from_bytes(await answer.read()).agent
        return self

    async def show(self, operation_id: str, body: Json = None, **parameters: Json) -> Json:
        """Call, and keep the call as the example of the operation; the first one stays."""
        operation, tell = BY_ID[operation_id], self._tell
        if operation.body:
            hold(body, described(operation)["requestBody"]["content"][JSON]["schema"])
        path, raw = address(operation, parameters), b"" if body is None else json.dumps(body).encode()
        signed = Request(operation.method, ORIGIN + path, raw)
        headers = sign_request(PRIVATE, signed, self._agent, next(self._sequences), tell.clock())
        headers |= {"Idempotency-Key": f"kiosk-{next(self._keys):06}"} if operation.idempotent else {}
        headers |= {"Content-Type": JSON} if raw else {}
        async with tell.session.request(operation.method, tell.url + path, data=raw or None, headers=headers) as answer:
            said = await held(operation, answer)
        tell.keep(operation_id, parameters, body, said)
        return said
