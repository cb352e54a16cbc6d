"""A fact is never refused: each upload of an agent is stored once, in its chain or apart, and a wrong one raises an alarm."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from edge.central_client import AgentRevoked, CentralRefused
from edge.journal.journal import Journal
from edge.sync.upload import Step
from protocol.identifiers import CheckPointId, JournalId, Sequence
from protocol.journal.chain import JournalHead, sign_head
from protocol.journal.codec import decode_entry, encode_entry
from protocol.journal.events import Alarm, FeedInForce, Intent, LostRange
from protocol.sync.answers import Quarantine, Receipt
from protocol.sync.messages import JournalBatch, JournalGap, TimeRequest
from tests.builders.served import Central, Gate

pytestmark = pytest.mark.law(5)


@pytest.fixture
async def gate(central: Central, adult: int) -> AsyncIterator[Gate]:
    gate = await central.enrol(await central.add_check_point([adult]))
    yield gate
    gate.close()


def batch_of(gate: Gate) -> JournalBatch:
    batch = gate.journal.unsent(gate.reading())
    assert batch is not None
    return batch


def copy_of(gate: Gate) -> Path:
    """Copy the journal's file as it is on the disk now."""
    gate.journal.close()
    copy = shutil.copy(gate.folder / "journal.db", gate.folder / "copy.db")
    gate.journal = Journal.open(gate.folder / "journal.db", gate.owner, None, gate.reading())
    return Path(copy)


def go_on_with(gate: Gate, file: Path) -> None:
    """Let the gate go on with another journal file."""
    gate.journal.close()
    gate.journal = Journal.open(file, gate.owner, None, gate.reading())


async def alarms(central: Central) -> list[str]:
    return [alarm["name"] for alarm in (await central.api("GET", "/alarms"))["items"]]


async def admissions(central: Central) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await central.api("GET", "/admissions"))["items"]
    return items


async def test_a_batch_sent_again_is_acknowledged_again_and_stored_once(central: Central, gate: Gate) -> None:
    gate.admit(1)
    batch = batch_of(gate)
    receipts = [await gate.client.upload(batch) for _ in range(3)]
    assert len({(one.sequence, one.hash, one.quarantine) for one in receipts if isinstance(one, Receipt)}) == 1
    assert len(await admissions(central)) == 1


async def test_a_longer_batch_that_repeats_the_last_one_adds_what_is_new(central: Central, gate: Gate) -> None:
    gate.admit(1)
    await gate.client.upload(batch_of(gate))
    gate.admit(2)
    receipt = await gate.client.upload(batch_of(gate))
    assert isinstance(receipt, Receipt)
    assert (receipt.sequence, receipt.quarantine) == (4, Quarantine.NONE)
    assert len(await admissions(central)) == 2


async def test_a_gap_is_answered_with_what_is_wanted(central: Central, gate: Gate) -> None:
    gate.admit(1)
    gate.admit(2)
    batch = batch_of(gate)
    gap = await gate.client.upload(replace(batch, items=batch.items[2:]))
    assert gap == JournalGap(batch.journal_id, Sequence(1))
    assert await alarms(central) == ["journal-gap"]


async def test_a_gate_that_skipped_goes_back_by_itself(central: Central, gate: Gate) -> None:
    gate.admit(1)
    gate.journal.acknowledge(
        Receipt(
            gate.agent, batch_of(gate).journal_id, Sequence(2), batch_of(gate).head.head.hash, Quarantine.NONE, central.clock()
        )
    )
    gate.admit(2)
    assert await gate.upload() == [Step.GOING_BACK, Step.SENT, Step.NOTHING]
    assert len(await admissions(central)) == 2


async def test_an_edited_entry_is_kept_apart_with_an_alarm(central: Central, gate: Gate) -> None:
    gate.admit(1)
    gate.admit(2)
    batch = batch_of(gate)
    swapped = (batch.items[0], batch.items[2], batch.items[1], batch.items[3])
    receipt = await gate.client.upload(replace(batch, items=swapped))
    assert isinstance(receipt, Receipt)
    assert receipt.quarantine is Quarantine.BROKEN_LINK
    assert "journal-broken-link" in await alarms(central)
    assert await admissions(central) == []


def edited(item: bytes | LostRange) -> bytes:
    """Return an entry with another event in its place, linked to the same entry before it."""
    assert isinstance(item, bytes)
    return encode_entry(replace(decode_entry(item), event=Alarm("edited", "")))


async def test_an_edited_last_entry_is_caught_by_the_signed_head_alone(central: Central, gate: Gate) -> None:
    gate.admit(1)
    batch = batch_of(gate)
    receipt = await gate.client.upload(replace(batch, items=(*batch.items[:-1], edited(batch.items[-1]))))
    assert isinstance(receipt, Receipt)
    assert receipt.quarantine is Quarantine.BROKEN_LINK
    assert await alarms(central) == ["journal-broken-link"]
    assert await admissions(central) == []


async def test_a_batch_that_does_not_reach_its_signed_head_is_kept_apart(central: Central, gate: Gate) -> None:
    gate.admit(1)
    batch = batch_of(gate)
    receipt = await gate.client.upload(replace(batch, items=batch.items[:-1]))
    assert isinstance(receipt, Receipt)
    assert receipt.quarantine is Quarantine.BROKEN_LINK
    assert await admissions(central) == []


async def test_bytes_that_are_no_entry_are_kept_apart(central: Central, gate: Gate) -> None:
    gate.admit(1)
    receipt = await gate.client.upload(replace(batch_of(gate), items=(b"not an entry",)))
    assert isinstance(receipt, Receipt)
    assert receipt.quarantine is Quarantine.UNREADABLE
    assert await alarms(central) == ["journal-unreadable"]


async def test_a_head_that_another_key_signed_keeps_the_batch_apart(gate: Gate) -> None:
    gate.admit(1)
    batch = batch_of(gate)
    forged = replace(batch.head, signature=bytes(64))
    receipt = await gate.client.upload(replace(batch, head=forged))
    assert isinstance(receipt, Receipt)
    assert receipt.quarantine is Quarantine.BROKEN_LINK


async def test_a_copied_disk_is_found_as_a_fork_and_goes_on_under_a_new_journal(central: Central, gate: Gate) -> None:
    gate.admit(1)
    await gate.upload()
    copy = copy_of(gate)
    gate.admit(2)
    await gate.upload()
    go_on_with(gate, copy)
    gate.admit(3)
    steps = await gate.upload()
    assert Step.BEGUN_AGAIN in steps
    assert "journal-fork" in await alarms(central)
    assert {record["ticket_id"] for record in await admissions(central)} >= {f"{2:016x}"}


async def test_a_declared_loss_does_not_block_what_follows(central: Central, gate: Gate) -> None:
    gate.admit(1)
    gate.admit(2)
    batch = batch_of(gate)
    lost = LostRange(Sequence(1), Sequence(2), "the disk could not be read")
    receipt = await gate.client.upload(replace(batch, items=(lost, *batch.items[2:])))
    assert isinstance(receipt, Receipt)
    assert (receipt.sequence, receipt.quarantine) == (4, Quarantine.NONE)
    assert await alarms(central) == ["journal-lost"]
    assert [record["ticket_id"] for record in await admissions(central)] == [f"{2:016x}"]


async def test_a_revoked_agent_is_heard_but_apart(central: Central, gate: Gate) -> None:
    gate.admit(1)
    await central.api("POST", f"/agents/{gate.agent}/revoke", {"wipe": True})
    assert Step.SENT_APART in await gate.upload()
    with pytest.raises(AgentRevoked) as told:
        await gate.client.time(bytes(16))
    assert told.value.revoked.wipe
    assert "journal-revoked" in await alarms(central)
    assert await admissions(central) == []


async def test_numbers_beyond_all_clocks_are_kept_apart(central: Central, gate: Gate) -> None:
    gate.journal.append(FeedInForce(1, 2**64 - 1), gate.check_point, gate.reading())
    assert Step.BEGUN_AGAIN in await gate.upload()
    assert "journal-unreadable" in await alarms(central)


async def test_a_batch_beyond_all_sequences_is_malformed(gate: Gate) -> None:
    journal = JournalId(bytes(16))
    head = sign_head(gate.private, gate.agent, JournalHead(journal, Sequence(2**63), bytes(32)))
    with pytest.raises(CentralRefused, match="input_invalid"):
        await gate.client.upload(JournalBatch(journal, (b"x",), head))


async def test_a_gates_own_alarm_is_shown(central: Central, gate: Gate) -> None:
    gate.note(Alarm("fire", "the fire contact opened\0"))
    await gate.upload()
    (alarm,) = (await central.api("GET", "/alarms"))["items"]
    assert (alarm["name"], alarm["detail"]) == ("fire", "the fire contact opened")


async def test_an_entry_of_a_check_point_that_another_hosts_is_stored_with_an_alarm(central: Central, gate: Gate) -> None:
    gate.check_point = CheckPointId(99)
    gate.admit(1)
    await gate.upload()
    assert await alarms(central) == ["check-point-not-hosted"]
    assert len(await admissions(central)) == 1


async def test_an_unknown_kind_of_event_is_stored(gate: Gate) -> None:
    assert isinstance(gate.admit(1), Intent)
    assert await gate.upload() == [Step.SENT, Step.NOTHING]


async def test_a_journal_rewound_behind_central_learns_it(central: Central, gate: Gate) -> None:
    gate.admit(1)
    old = copy_of(gate)
    gate.admit(2)
    await gate.upload()
    go_on_with(gate, old)
    assert Step.BEGUN_AGAIN in await gate.upload()
    gate.admit(3)
    await gate.upload()
    assert len(await admissions(central)) == 3


async def test_time_is_signed_for_the_nonce(central: Central, gate: Gate) -> None:
    answer = await gate.client.time(TimeRequest(bytes(range(16))).nonce)
    assert answer.signed_at == central.clock()
