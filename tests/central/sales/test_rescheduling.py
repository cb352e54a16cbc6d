"""Rescheduling (改签): by the rules, only unused tickets, with their places; no place is oversold or lost."""

import asyncio
from collections import Counter
from datetime import date, time
from typing import Any

import pytest

from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode
from central.issuing import outbox
from central.issuing.tickets import Ticket
from central.refunds.batches import Affected, ClosedDay
from central.refunds.rules.amounts import WantedRefund
from central.sales.rules.pricing import Holder
from central.sales.rules.rescheduling import WantedDay
from protocol.holders import Document, DocumentType
from protocol.identifiers import SiteId, TicketId
from protocol.instants import from_minute, to_datetime
from tests.builders.office import VISIT, Office, once
from tests.builders.quotas import checked_quotas
from tests.builders.refunding import request, settled

NEXT, THIRD = date(2026, 5, 11), date(2026, 5, 12)
RULES: dict[str, Any] = {"reschedule": {"times": 2, "days_before": 0, "until": "18:00"}}
SLOTS: dict[str, Any] = {
    "slots": [{"start": "10:00", "minutes": 60}, {"start": "14:00", "minutes": 60}],
    "entitlements": [{"sites": [1], "always": [{"check": "time-slot"}]}],
}
LI = Holder(Document(DocumentType.RESIDENT_ID, "CN", "990101199003074518"), "李明")


async def _type(office: Office, places: int = 5, **more: Any) -> TicketType:  # noqa: ANN401 - parameters of a type
    return await office.ticket_type(**{"after_sale": RULES, "sale": {"stock": {"per": "day", "places": places}}, **more})


async def _sold(office: Office, one: TicketType, key: str = "key-0001", **line: Any) -> Ticket:  # noqa: ANN401 - fields of a line
    return (await office.sell(one, key, **line)).tickets[0]


async def _move(office: Office, ticket_id: TicketId, day: date, slot: time | None = None, key: str = "") -> Ticket | ProblemCode:
    """Return the ticket after its move, or why it was not moved."""
    wanted = WantedDay(ticket_id, day, slot)
    try:
        named = once(key or f"move-{ticket_id:x}-{day}-{slot}"[:64])
        return await office.rescheduling.move(wanted, named, office.seller, office.clock())
    except Problem as problem:
        return problem.code


async def _places(office: Office) -> dict[tuple[date, bool], int]:
    """Return what is taken by day, and whether by a person; it must be what orders hold."""
    found: Counter[tuple[date, bool]] = Counter()
    for quota in await checked_quotas(office):
        found[quota.day, bool(quota.person)] += quota.taken
    return {key: taken for key, taken in found.items() if taken}


async def test_a_ticket_moves_with_its_place_and_gates_are_told_while_its_code_stays(office: Office) -> None:
    before = await _sold(office, await _type(office))
    changes = await _changes(office)
    after = await _move(office, before.ticket_id, NEXT)
    assert isinstance(after, Ticket)
    assert (after.code, after.record.generation) == (before.code, 1)
    assert to_datetime(from_minute(after.record.valid_from)).isoformat() == "2026-05-10T16:00:00+00:00"
    assert await _places(office) == {(NEXT, False): 1}
    assert await _changes(office) == changes + 1
    assert await _move(office, before.ticket_id, NEXT) == after
    assert await _changes(office) == changes + 1


async def _changes(office: Office) -> int:
    async with office.store.reading() as work:
        return len(await outbox.unpublished(work, SiteId(1), 1000))


async def test_a_full_day_takes_no_person_and_nothing_has_moved(office: Office) -> None:
    one = await _type(office, places=1)
    ticket = await _sold(office, one)
    await _sold(office, one, "key-0002", visit=NEXT)
    assert await _move(office, ticket.ticket_id, NEXT) is ProblemCode.SOLD_OUT
    assert (await office.issuing.ticket(ticket.ticket_id)).record == ticket.record
    assert await _places(office) == {(VISIT, False): 1, (NEXT, False): 1}


async def test_of_many_who_move_at_once_as_many_as_there_are_places_do(office: Office) -> None:
    one = await _type(office, places=3)
    tickets = [await _sold(office, one, f"key-{day}-{number}", visit=day) for day in (VISIT, NEXT) for number in range(3)]
    await settled(office, await request(office, tickets[5].ticket_id))
    here, there = tickets[:3], tickets[3:5]
    moved = await asyncio.gather(
        *(_move(office, ticket.ticket_id, NEXT) for ticket in here), *(_move(office, ticket.ticket_id, VISIT) for ticket in there)
    )
    assert all(isinstance(one, Ticket) or one is ProblemCode.SOLD_OUT for one in moved)
    assert any(isinstance(one, Ticket) for one in moved)
    places = await _places(office)
    assert sum(places.values()) == 5
    assert max(places.values()) <= 3


async def test_a_slot_is_given_back_for_another_of_the_same_day(office: Office) -> None:
    one = await _type(office, **SLOTS, sale={"stock": {"per": "slot", "places": 1}})
    ticket = await _sold(office, one, slot_start=time(10))
    assert await _move(office, ticket.ticket_id, VISIT) is ProblemCode.SLOT_REQUIRED
    assert await _move(office, ticket.ticket_id, VISIT, time(11)) is ProblemCode.SLOT_REQUIRED
    assert await _move(office, ticket.ticket_id, VISIT, time(10)) is ProblemCode.NOT_RESCHEDULABLE
    moved = await _move(office, ticket.ticket_id, VISIT, time(14))
    assert isinstance(moved, Ticket)
    assert to_datetime(from_minute(moved.record.slot_start)).hour == 6
    await _sold(office, one, "key-0002", slot_start=time(10))
    assert await _places(office) == {(VISIT, False): 2}


async def test_the_rules_that_it_was_sold_by_decide(office: Office) -> None:
    plain = await _sold(office, await office.ticket_type())
    assert await _move(office, plain.ticket_id, NEXT) is ProblemCode.NOT_RESCHEDULABLE
    one = await _type(office)
    ticket = await _sold(office, one, "key-0002")
    for day in (VISIT, date(2026, 5, 9), date(2030, 1, 1)):
        assert await _move(office, ticket.ticket_id, day) is ProblemCode.NOT_RESCHEDULABLE
    assert isinstance(await _move(office, ticket.ticket_id, THIRD), Ticket)
    assert isinstance(await _move(office, ticket.ticket_id, NEXT), Ticket)
    assert await _move(office, ticket.ticket_id, VISIT) is ProblemCode.NOT_RESCHEDULABLE
    late = await _sold(office, one, "key-0003")
    office.clock.advance(seconds=8 * 3600 + 60)
    assert await _move(office, late.ticket_id, NEXT) is ProblemCode.NOT_RESCHEDULABLE


async def test_a_dearer_day_is_not_had_for_less(office: Office) -> None:
    dear = {"prices": [{"first": "2026-05-11", "last": "2026-05-11", "price_fen": 8001}]}
    ticket = await _sold(office, await _type(office, sale=dear))
    assert await _move(office, ticket.ticket_id, NEXT) is ProblemCode.NOT_RESCHEDULABLE
    assert isinstance(await _move(office, ticket.ticket_id, THIRD), Ticket)


async def test_a_used_a_void_and_a_waiting_ticket_stay_where_they_are(office: Office) -> None:
    one = await _type(office, group={"minimum": 1, "maximum": 9})
    used, void, waiting = [await _sold(office, one, f"key-{number:04}", persons=3 if number == 2 else 1) for number in range(3)]
    office.gates.used = {used.ticket_id: 1}
    await request(office, void.ticket_id)
    refund = await request(office, waiting.ticket_id, persons=1)
    for ticket in (used, void, waiting):
        assert await _move(office, ticket.ticket_id, NEXT) is ProblemCode.TICKET_STATE
    await settled(office, refund)
    assert isinstance(await _move(office, waiting.ticket_id, NEXT, key="move-0001"), Ticket)
    assert await _places(office) == {(VISIT, False): 2, (NEXT, False): 2}


async def test_what_one_person_may_have_of_a_day_moves_too_and_is_given_back_there(office: Office) -> None:
    limited = {"person_limit": {"known_by": "document", "a_day": 1, "in_all": 3}, "stock": {"per": "day", "places": 5}}
    one = await _type(office, is_real_name=True, sale=limited)
    first = await _sold(office, one, holders=(LI,))
    await _sold(office, one, "key-0002", holders=(LI,), visit=NEXT)
    assert await _move(office, first.ticket_id, NEXT) is ProblemCode.PURCHASE_LIMIT
    assert isinstance(await _move(office, first.ticket_id, THIRD), Ticket)
    again = await _sold(office, one, "key-0003", holders=(LI,))
    await settled(office, await request(office, first.ticket_id))
    taken = await _places(office)
    assert {day: count for (day, is_person), count in taken.items() if not is_person} == {VISIT: 1, NEXT: 1}
    assert {day: count for (day, is_person), count in taken.items() if is_person} == {VISIT: 1, NEXT: 1, date.min: 2}
    assert isinstance(await _move(office, again.ticket_id, THIRD), Ticket)


async def test_one_of_several_tickets_moves_forth_and_back_and_the_others_keep_their_places(office: Office) -> None:
    order = await office.sell(await _type(office), quantity=3)
    moving = order.tickets[1].ticket_id
    for place, day in enumerate((NEXT, VISIT)):
        assert isinstance(await _move(office, moving, day, key=f"move-000{place}"), Ticket)
    assert await _places(office) == {(VISIT, False): 3}
    for place, ticket in enumerate(order.tickets):
        await settled(office, await request(office, ticket.ticket_id))
        assert await _places(office) == ({(VISIT, False): 2 - place} if place < 2 else {})


async def test_a_refund_and_a_closed_day_go_by_the_day_that_it_has_moved_to(office: Office) -> None:
    rules = {**RULES, "refund": {"terms": [{"days_before": 1}]}}
    ticket = await _sold(office, await _type(office, after_sale=rules))
    with pytest.raises(Problem):
        await office.refunds.quote(WantedRefund(ticket.ticket_id, ""), office.clock())
    await _move(office, ticket.ticket_id, THIRD)
    assert (await office.refunds.quote(WantedRefund(ticket.ticket_id, ""), office.clock())).amount_fen == 8000
    for day, tickets in ((VISIT, 0), (THIRD, 1)):
        affected = await office.refund_batches.affected(ClosedDay(SiteId(1), day, None))
        assert affected == Affected(tickets, tickets, 8000 * tickets)
