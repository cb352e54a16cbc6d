"""Check points, the computers that host them, and the requests of those to central."""

from pathlib import Path
from tempfile import TemporaryDirectory

from protocol.directions import Direction
from protocol.feed.buckets import bucket_of_ticket
from protocol.feed.manifest import FeedHead, Manifest, Timestamp
from protocol.identifiers import AttemptId, EntitlementId, Sequence, TicketId
from protocol.journal.events import Alarm, Intent, Outcome, OutcomeResult, Refusal
from protocol.signatures import Envelope
from protocol.sync.messages import ClaimRequest, Duty, HolderKeyRequest, SignOffRequest, TimeRequest
from tests.builders.intents import entry_intent
from tests.examples.gate import GATE_1, Gate
from tests.examples.teller import Json, Teller
from tests.examples.trade import sold


async def story(tell: Teller) -> None:
    """A gate is enrolled, follows the feed, admits, reports, and is lost."""
    side = {"name_zh": "侧门", "name_en": "Side gate", "ticked": [1], "direction": "exit"}
    point_id = (await tell.show("addCheckPoint", side, site_id=1))["check_point_id"]
    whole = {**side, "zone": 0, "attended": False, "reads_documents": False, "agent_id": None}
    await tell.show("changeCheckPoint", {"version": 0, **whole, "state": "disabled"}, check_point_id=point_id)
    await tell.show("amendCheckPoint", {"version": 1, "zone": 2}, check_point_id=point_id)
    await tell.show("listCheckPoints", site_id=1)
    await tell.show("copyTickedTypes", {"check_point_ids": [point_id]}, check_point_id=1)
    await tell.show("deleteCheckPoint", check_point_id=point_id)
    await tell.show("addEnrolmentCode", {"role": "handheld"}, site_id=1)
    gate = await Gate(tell).enrol()
    ticket = await tell.ask("readTicket", ticket_id=await sold(tell))
    await _follow(tell, gate, TicketId(int(ticket["ticket_id"], 16)))
    await _admit(tell, gate, ticket)
    await tell.show("listAgents")
    await tell.show("setPrinterOffset", {"version": 0, "x_mm": 0.5, "y_mm": -1.25}, agent_id=gate.agent, name="ticket")
    await tell.show("listPrinterOffsets", agent_id=gate.agent)
    await _check(tell)
    await tell.show("declareAgentLost", {"reason": "under water"}, agent_id=gate.agent)
    await tell.show("revokeAgent", {"wipe": True}, agent_id=gate.agent)


async def _follow(tell: Teller, gate: Gate, ticket_id: TicketId) -> None:
    await tell.built.publisher.publish_all()
    tell.rotate_ticket_key()
    head = FeedHead.from_bytes(await gate.show("pollHead", after=0, wait_s=0))
    named = Timestamp.from_payload(Envelope.from_bytes(head.timestamp).payload)
    await gate.show("readKeyring", epoch=1, version=1)
    sealed = await gate.show("readManifest", epoch=named.epoch, version=named.manifest.version)
    await gate.show("readAdmissionsHead", epoch=named.epoch, version=named.admissions.version)
    await gate.show("readDelta", epoch=1, from_version=named.manifest.version - 1, to_version=named.manifest.version)
    manifest = Manifest.from_payload(Envelope.from_bytes(sealed).payload)
    await gate.show("readContent", sha256=manifest.tables[0][1].sha256.hex())
    root, number = manifest.tickets_root.hex(), bucket_of_ticket(ticket_id)
    await gate.show("readBuckets", kind="tickets", root=root, numbers=number)


async def _admit(tell: Teller, gate: Gate, ticket: Json) -> None:
    ticket_id, now = TicketId(int(ticket["ticket_id"], 16)), tell.clock()
    await gate.show("readTime", TimeRequest(bytes(16)).to_bytes())
    await gate.show("readHolderKey", HolderKeyRequest(0, bytes(16)).to_bytes())
    claim = ClaimRequest(AttemptId(bytes(15) + b"1"), ticket_id, 1, EntitlementId(1), GATE_1, 1, now)
    await gate.show("claimAdmission", claim.to_bytes())
    await gate.admit(ticket["code"])
    with TemporaryDirectory() as folder:
        journal = gate.journal(Path(folder))
        journal.append(Alarm("door-forced", "the arm moved by itself"), GATE_1, gate.reading())
        release = journal.append(_intent(ticket_id, tell), GATE_1, gate.reading())
        journal.append(Outcome(Sequence(release.sequence), OutcomeResult.PASSED, 1), GATE_1, gate.reading())
        refused = Refusal(AttemptId(bytes(15) + b"3"), "used_up", ticket_id, Direction.ENTRY, now)
        journal.append(refused, GATE_1, gate.reading())
        batch = journal.unsent(gate.reading(), 200)
        assert batch is not None, "four entries and the beginning"
        await gate.show("uploadJournal", batch.to_bytes())
        await gate.show("signOff", SignOffRequest(Duty.CLOSED, journal.signed_head()).to_bytes())
        journal.close()
    await tell.show("explainRefusal", {"text": ticket["code"]})
    (conflict,) = (await tell.show("listConflicts", state="open"))["items"]
    named = {name: conflict[name] for name in ("journal_number", "sequence")}
    finding = {"outcome": "no-loss", "note": "the guard let the visitor back in for a lost bag"}
    await tell.show("settleConflict", finding, **named)
    (alarm,) = (await tell.show("listAlarms", limit=1, state="open"))["items"]
    await tell.show("acknowledgeAlarm", {"note": "the arm was oiled"}, alarm_id=alarm["alarm_id"])


async def _check(tell: Teller) -> None:
    """A person with a phone lets a visitor in, who then does not go in."""
    await tell.ask("addSupervisor", site_id=1, name="admin")
    ticket = await tell.ask("readTicket", ticket_id=await sold(tell))
    body = {"text": ticket["code"], "attempt_id": f"{7:032x}", "holder_confirmed": True}
    await tell.show("readOwnCheckPoints")
    checked = await tell.show("checkTicket", body, check_point_id=GATE_1)
    await tell.show("readChecksToday", check_point_id=GATE_1)
    await tell.show("undoCheck", {"reason": "waits for a friend"}, check_id=checked["check_id"])


def _intent(ticket_id: TicketId, tell: Teller) -> Intent:
    """Return a second entry by a ticket for one entry: a gate without a connection lets it happen."""
    return entry_intent(ticket_id, bytes(15) + b"2", tell.clock())
