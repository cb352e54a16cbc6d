"""A round hashes every ticket's holders by the keys in force, and can be interrupted at any point."""

import pytest
from sqlmodel import select

from central.catalog.holder_keys import HolderKeys
from central.devices.rules.enrolment import AgentRole
from central.issuing import feed_rows, outbox
from central.issuing.feed_version import FeedVersion
from central.sales.holder_rehashing import HolderRehashing
from central.sales.rules.pricing import Holder
from central.store.tables.devices import AgentRow
from central.store.tables.tickets import TicketCredentialRow
from protocol.holders import Document, DocumentType, holder_hash
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Instant
from protocol.sync.messages import Duty
from tests.builders.central import SeededBytes, field_seal
from tests.builders.office import Office

SITE = SiteId(1)
PEOPLE = tuple(
    Holder(Document(DocumentType.RESIDENT_ID, "CN", number), "李明")
    for number in ("990101199003074518", "990101199003070023", "990101199003071077")
)


def rounds(office: Office) -> HolderRehashing:
    """Return the keys as a process that has just started has them."""
    return HolderRehashing(office.store, office.catalog, office.issuing, field_seal(SeededBytes("rounds")))


async def keys(office: Office) -> HolderKeys:
    async with office.store.reading() as work:
        return await office.catalog.holder_keys(work, SITE)


async def renew(office: Office) -> None:
    async with office.store.transaction() as work:
        await office.catalog.renew_holder_key(work, SITE, office.clock.advance(seconds=1))


async def publish(office: Office) -> None:
    async with office.store.transaction() as work:
        waiting = await outbox.unpublished(work, SITE, 1_000)
        await outbox.mark_published(work, [one.change_id for one in waiting], FeedVersion(1, 1))


async def hashes(office: Office, ticket: TicketId) -> set[bytes]:
    async with office.store.reading() as work:
        return {entry.key for entry in await feed_rows.credentials(work, SITE, (ticket,))}


def by(held: HolderKeys, holder: Holder) -> set[bytes]:
    return {holder_hash(holder.document, key) for key in held.secrets}


async def found(office: Office, tickets: list[TicketId]) -> set[frozenset[bytes]]:
    return {frozenset(await hashes(office, one)) for one in tickets}


def wanted(held: HolderKeys) -> set[frozenset[bytes]]:
    return {frozenset(by(held, one)) for one in PEOPLE}


async def sold(office: Office) -> list[TicketId]:
    order = await office.sell(await office.ticket_type(is_real_name=True), quantity=len(PEOPLE), holders=PEOPLE)
    return [ticket.ticket_id for ticket in order.tickets]


async def finish(office: Office, most: int = 100) -> None:
    for _ in range(20):
        await rounds(office).go_on(office.clock(), most)
        await publish(office)
        if (await keys(office)).round is None:
            return
    raise AssertionError("the round never ended")


async def agent(office: Office, generation: int, revoked_at: Instant | None = None) -> None:
    async with office.store.transaction() as work:
        row = AgentRow(
            site_id=SITE,
            name="gate",
            role=AgentRole.GATE.value,
            public_key=generation.to_bytes(32, "big"),
            enrolled_at=office.clock(),
            duty=Duty.OPEN.value,
            duty_since=office.clock(),
            last_seen_at=office.clock(),
            last_head_at=office.clock(),
            holder_generation=generation,
            revoked_at=revoked_at,
        )
        work.session.add(row)


async def test_where_nothing_changed_nothing_is_done(office: Office) -> None:
    (ticket, *_) = await sold(office)
    before = await keys(office), await hashes(office, ticket), office.woken
    await rounds(office).go_on(office.clock())
    assert (await keys(office), await hashes(office, ticket), office.woken) == before


@pytest.mark.law(9)
async def test_a_sale_during_a_round_is_found_by_every_key_in_force(office: Office) -> None:
    await renew(office)
    held = await keys(office)
    tickets = await sold(office)
    assert len(held.secrets) == 2
    assert await found(office, tickets) == wanted(held)


@pytest.mark.law(9)
async def test_a_key_is_handed_out_only_when_the_feed_has_told_of_all_that_it_finds(office: Office) -> None:
    old = await keys(office)
    tickets = await sold(office)
    await agent(office, old.ready)
    await renew(office)
    for _ in range(3):
        await rounds(office).go_on(office.clock())
        assert (await keys(office)).handed_out == old.handed_out
    new = await keys(office)
    assert await found(office, tickets) == wanted(new)
    await publish(office)
    await rounds(office).go_on(office.clock())
    held = await keys(office)
    assert (held.handed_out.key, held.secrets) == (new.secrets[0], new.secrets)


@pytest.mark.law(9)
async def test_interrupted_after_each_ticket_a_round_goes_on(office: Office) -> None:
    tickets = await sold(office)
    await agent(office, (await keys(office)).ready)
    await renew(office)
    await finish(office, most=1)
    held = await keys(office)
    assert await found(office, tickets) == wanted(held)


@pytest.mark.law(9)
async def test_a_key_that_no_agent_with_rights_uses_finds_no_holder_any_more(office: Office) -> None:
    tickets = await sold(office)
    first = await keys(office)
    await agent(office, first.ready, revoked_at=office.clock())
    await renew(office)
    await finish(office)
    await finish(office)
    held = await keys(office)
    assert first.secrets[0] not in held.secrets
    assert await found(office, tickets) == wanted(held)
    async with office.store.reading() as work:
        stand = {row.key for row in (await work.session.exec(select(TicketCredentialRow))).all() if row.kind > 0}
    assert stand.isdisjoint(key for one in PEOPLE for key in by(first, one))


@pytest.mark.law(9)
async def test_a_second_loss_during_a_round_begins_it_again_with_all_three_keys(office: Office) -> None:
    tickets = await sold(office)
    await agent(office, (await keys(office)).ready)
    await renew(office)
    await rounds(office).go_on(office.clock(), 1)
    await renew(office)
    await finish(office, most=1)
    held = await keys(office)
    assert (len(held.secrets), held.ready) == (3, held.keys[0].generation)
    assert await found(office, tickets) == wanted(held)
    await finish(office, most=1)
    held = await keys(office)
    assert len(held.secrets) == 2  # no agent ever had the second
    assert await found(office, tickets) == wanted(held)


@pytest.mark.law(9)
async def test_a_key_that_changes_while_money_arrives_is_in_the_tickets_all_the_same(office: Office) -> None:
    order = await office.hold(await office.ticket_type(is_real_name=True), holders=PEOPLE[:1])
    fulfil = await office.sales.fulfilment(order.order_id)
    await renew(office)
    async with office.store.transaction() as work:
        await fulfil(work, office.clock())
    (ticket,) = (await office.sales.order(order.order_id)).tickets
    assert await hashes(office, ticket.ticket_id) == by(await keys(office), PEOPLE[0])
