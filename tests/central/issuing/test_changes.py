"""Changes of a ticket: each writes its record and tells every site, in one transaction."""

from datetime import UTC, datetime

import pytest
from sqlmodel import col, select, update

from central.audit.rules.changes import read, rest
from central.audit.rules.cutting import Cut
from central.domain.problems import Problem, ProblemCode
from central.issuing import feed_rows, outbox
from central.issuing.feed_rows import IdRange, KeyRange
from central.issuing.feed_version import FeedVersion
from central.store.tables.audit import AuditRow
from central.store.tables.tickets import TicketCredentialRow, TicketRow
from protocol.feed.records import CredentialKind, credential_key
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import from_datetime, to_minute
from protocol.tickets.codec import decode
from protocol.tickets.record import TicketRecord, TicketState
from tests.builders.office import Office

SITE = SiteId(1)


async def _sold(office: Office) -> TicketId:
    ticket_id = (await office.sell(await office.ticket_type())).tickets[0].ticket_id
    async with office.store.transaction() as work:
        changes = await outbox.unpublished(work, SITE, 10)
        await outbox.mark_published(work, [change.change_id for change in changes], FeedVersion(1, 1))
    return ticket_id


async def _told(office: Office) -> list[TicketRecord]:
    async with office.store.reading() as work:
        changes = await outbox.unpublished(work, SITE, 10)
        return [(await feed_rows.records(work, (change.ticket_id,)))[0] for change in changes]


async def test_a_sale_is_told_to_the_gates(office: Office) -> None:
    one = await office.ticket_type()
    woken = office.woken
    order = await office.sell(one)
    assert await _told(office) == [order.tickets[0].record]
    assert office.woken == woken + 1


async def test_what_a_version_holds_is_not_told_again(office: Office) -> None:
    ticket_id = await _sold(office)
    assert await _told(office) == []
    async with office.store.reading() as work:
        assert await outbox.published_versions(work, ticket_id, 0) == {SITE: FeedVersion(1, 1)}


async def test_a_ticket_is_blocked_and_unblocked(office: Office) -> None:
    ticket_id = await _sold(office)
    woken = office.woken
    blocked = await office.issuing.block(ticket_id, office.seller, "stolen", office.clock())
    assert office.woken == woken + 1
    assert blocked.record.state is TicketState.BLOCKED
    assert blocked.record.state_since == to_minute(office.clock())
    assert [record.state for record in await _told(office)] == [TicketState.BLOCKED]
    again = await office.issuing.unblock(ticket_id, office.seller, "found", office.clock())
    assert again.record.state is TicketState.ACTIVE
    assert again.code == blocked.code


async def test_an_extension_keeps_the_print(office: Office) -> None:
    ticket_id = await _sold(office)
    before = await office.issuing.ticket(ticket_id)
    until = to_minute(from_datetime(datetime(2026, 5, 20, tzinfo=UTC)))
    after = await office.issuing.extend(ticket_id, until, office.seller, office.clock())
    assert (after.record.valid_until, after.code) == (until, before.code)
    assert [record.valid_until for record in await _told(office)] == [until]


async def test_a_reissue_is_a_new_code_of_the_next_generation(office: Office) -> None:
    ticket_id = await _sold(office)
    before = await office.issuing.ticket(ticket_id)
    office.clock.advance(seconds=3600)
    after = await office.issuing.reissue(ticket_id, office.seller, "print lost", office.clock())
    token = decode(after.code.encode())
    assert token is not None
    assert (token.claims.generation, token.claims.ticket_id) == (2, ticket_id)
    assert token.claims.issued_at == after.record.issued_at == to_minute(office.clock())
    assert after.code != before.code


async def test_the_256th_generation_is_refused(office: Office) -> None:
    ticket_id = await _sold(office)
    async with office.store.transaction() as work:
        await work.session.exec(update(TicketRow).where(col(TicketRow.id) == ticket_id).values(generation=254))
    await office.issuing.reissue(ticket_id, office.seller, "again", office.clock())
    with pytest.raises(Problem) as problem:
        await office.issuing.reissue(ticket_id, office.seller, "again", office.clock())
    assert problem.value.code is ProblemCode.TICKET_STATE


@pytest.mark.parametrize("change", ["block", "unblock", "reissue"])
async def test_what_does_not_fit_the_state_is_refused_and_changes_nothing(office: Office, change: str) -> None:
    ticket_id = await _sold(office)
    if change != "unblock":
        await office.issuing.block(ticket_id, office.seller, "stolen", office.clock())
    before = await office.issuing.ticket(ticket_id)
    with pytest.raises(Problem) as problem:
        await getattr(office.issuing, change)(ticket_id, office.seller, "why", office.clock())
    assert problem.value.code is ProblemCode.TICKET_STATE
    assert await office.issuing.ticket(ticket_id) == before


async def test_an_extension_before_the_beginning_is_refused(office: Office) -> None:
    ticket_id = await _sold(office)
    record = (await office.issuing.ticket(ticket_id)).record
    with pytest.raises(Problem) as problem:
        await office.issuing.extend(ticket_id, record.valid_from, office.seller, office.clock())
    assert problem.value.code is ProblemCode.INPUT_INVALID


async def test_a_ticket_is_found_by_what_a_person_types(office: Office) -> None:
    ticket = (await office.sell(await office.ticket_type())).tickets[0]
    assert await office.issuing.ticket_by_short_number(ticket.short_number) == ticket
    with pytest.raises(Problem) as problem:
        await office.issuing.ticket_by_short_number("000000000098")
    assert problem.value.code is ProblemCode.NOT_FOUND


async def test_every_change_says_who_and_why(office: Office) -> None:
    ticket_id = await _sold(office)
    await office.issuing.block(ticket_id, office.seller, "stolen", office.clock())
    async with office.store.reading() as work:
        row = (await work.session.exec(select(AuditRow).where(AuditRow.action == "ticket.block"))).one()
    assert (row.user_id, row.subject, rest(row.detail)) == (office.seller, f"ticket:{ticket_id:016x}", {"reason": "stolen"})
    assert [(one.field, one.shown) for one in read(row.detail)] == [("state", Cut("active", "blocked"))]


async def test_a_number_leads_to_the_tickets_of_the_ticket_types_asked_for(office: Office) -> None:
    first, second = (await office.sell(await office.ticket_type(), quantity=2)).tickets
    async with office.store.reading() as work:
        for one in (first, second):
            assert await feed_rows.tickets_numbered(work, (TicketTypeId(1),), one.short_number) == (one.ticket_id,)
        assert await feed_rows.tickets_numbered(work, (TicketTypeId(2),), first.short_number) == ()
        for of_no_ticket in ("000000000098", "999999999951"):
            assert await feed_rows.tickets_numbered(work, (TicketTypeId(1),), of_no_ticket) == ()


async def _give_codes(office: Office, ticket_ids: list[TicketId]) -> None:
    """Let each ticket be found by an OTA's code too."""
    kind = CredentialKind.OTA_CODE
    async with office.store.transaction() as work:
        for one in ticket_ids:
            key = credential_key(kind, f"OTA{one}".encode())
            work.session.add(TicketCredentialRow(site_id=SITE, kind=int(kind), key=key, ticket_id=one))


async def test_a_bucket_is_read_by_its_range_of_ids_and_keys(office: Office) -> None:
    order = await office.sell(await office.ticket_type(), quantity=40)
    await _give_codes(office, [ticket.ticket_id for ticket in order.tickets])
    width = 1 << 60
    async with office.store.reading() as work:
        found: list[TicketRecord] = []
        for top in range(16):
            ids = IdRange(TicketId(top * width), TicketId((top + 1) * width - 1))
            inside = await feed_rows.records_in(work, (TicketTypeId(1),), ids)
            assert all(record.ticket_id >> 60 == top for record in inside)
            found.extend(inside)
        assert await feed_rows.records_in(work, (TicketTypeId(2),), IdRange(TicketId(0), TicketId(width - 1))) == ()
        low = await feed_rows.credentials_in(work, SITE, KeyRange(bytes(16), b"\x7f" + b"\xff" * 15))
        high = await feed_rows.credentials_in(work, SITE, KeyRange(b"\x80" + bytes(15), b"\xff" * 16))
        one = low[0] if low else high[0]
        assert await feed_rows.tickets_by(work, SITE, CredentialKind.OTA_CODE, one.key) == (one.ticket_id,)
    assert {record.ticket_id for record in found} == {ticket.ticket_id for ticket in order.tickets}
    assert len({*low, *high}) == 40
    assert not set(low) & set(high)
