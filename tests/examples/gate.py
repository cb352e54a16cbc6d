"""A gate in a story: it enrols by a code, signs its requests, and keeps a journal, all from fixed keys."""

from itertools import count
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edge.journal.journal import Journal, Owner
from protocol.directions import Direction
from protocol.identifiers import AgentId, AttemptId, BootId, CheckPointId, JournalId, SiteId
from protocol.journal.events import ClockReading
from protocol.sync.messages import AdmissionRequest, CredentialForm, EnrolAnswer, EnrolRequest
from protocol.sync.paths import CBOR_TYPE
from protocol.sync.signing import Request, sign_request
from tests.examples.teller import BY_ID, ORIGIN, Json, Teller, address, as_text, held

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
GATE_1 = CheckPointId(1)


class Gate:
    """An agent that hosts the prepared site's check point. `is_shown`: its requests are kept as examples."""

    def __init__(self, tell: Teller, *, is_shown: bool = True) -> None:
        self._tell = tell
        self._is_shown = is_shown
        self._sequences = count(1)
        self.agent = AgentId(0)

    async def enrol(self) -> "Gate":
        """Become an agent."""
        wanted = {"role": "gate", "check_point_ids": [GATE_1]}
        code = (await self._tell.ask("addEnrolmentCode", wanted, site_id=1))["code"]
        asked = EnrolRequest.make(PRIVATE, code, "Gate 1")
        self.agent = EnrolAnswer.from_bytes(await self.show("enrolAgent", asked.to_bytes())).agent
        return self

    async def show(self, operation_id: str, body: bytes = b"", **parameters: Json) -> bytes:
        """Send a request, and keep it as the example of the operation; return the answer as it came."""
        operation, tell = BY_ID[operation_id], self._tell
        path = address(operation, parameters)
        signed = Request(operation.method, ORIGIN + path, body)
        headers = sign_request(PRIVATE, signed, self.agent, next(self._sequences), tell.clock()) if self.agent else {}
        sent = {**headers, "content-type": CBOR_TYPE}
        async with tell.session.request(operation.method, tell.url + path, data=body or None, headers=sent) as answer:
            said = await held(operation, answer)
            if self._is_shown:
                tell.keep(operation_id, parameters, as_text(body) if body else None, said)
            return await answer.read()

    async def admit(self, code: str) -> bytes:
        """Have central decide about a code that is shown."""
        asked = AdmissionRequest(
            AttemptId(bytes(16)), CredentialForm.CODE, code.encode(), GATE_1, Direction.ENTRY, 1, self._tell.clock(), None
        )
        return await self.show("decideAdmission", asked.to_bytes())

    def journal(self, folder: Path) -> Journal:
        """Open its journal, whose first entry is the time of its clock."""
        owner = Owner(self.agent, SiteId(1), PRIVATE, BootId(bytes(8)), lambda: JournalId(bytes(15) + b"j"))
        return Journal.open(folder / "journal.db", owner, None, self.reading())

    def reading(self) -> ClockReading:
        """Return the time of its clock."""
        return ClockReading(self._tell.clock(), self._tell.clock(), 10)
