"""Credentials that find a ticket: replaced at once here, and kept as gone until every gate's feed can say so."""

import pytest
from sqlmodel import select

from central.issuing import feed_rows, outbox
from central.issuing.feed_version import FeedVersion
from central.store.tables.tickets import TicketCredentialRow
from protocol.feed.records import CredentialEntry, CredentialKind, credential_key
from protocol.identifiers import SiteId, TicketId
from tests.builders.office import Office

SITE, ELSEWHERE = SiteId(1), SiteId(2)
CARD, CODE = CredentialKind.NFC, CredentialKind.OTA_CODE
OLD, NEW, OTHER = (credential_key(CARD, name) for name in (b"old", b"new", b"other"))


@pytest.fixture
async def tickets(office: Office) -> list[TicketId]:
    order = await office.sell(await office.ticket_type(), quantity=2)
    return [ticket.ticket_id for ticket in order.tickets]


async def give(office: Office, ticket: TicketId, *keys: bytes, site: SiteId = SITE) -> None:
    async with office.store.transaction() as work:
        await office.issuing.replace_credentials(work, ticket, site, CARD, keys, office.clock())


async def told(office: Office, ticket: TicketId) -> tuple[set[bytes], set[bytes]]:
    """Return the keys of cards that a delta would report as valid, and as gone."""
    async with office.store.reading() as work:
        gone = await feed_rows.credentials_removed(work, SITE, (ticket,))
        stand = await feed_rows.credentials(work, SITE, (ticket,))
    assert {entry.kind for entry in (*stand, *gone)} <= {CARD}
    return {entry.key for entry in stand}, {entry.key for entry in gone}


async def found_by(office: Office, key: bytes) -> tuple[TicketId, ...]:
    async with office.store.reading() as work:
        return await feed_rows.tickets_by(work, SITE, CARD, key)


async def waiting(office: Office) -> list[TicketId]:
    async with office.store.reading() as work:
        return [change.ticket_id for change in await outbox.unpublished(work, SITE, 100)]


async def test_a_replaced_card_finds_nothing_any_more_and_gates_are_told(office: Office, tickets: list[TicketId]) -> None:
    await give(office, tickets[0], OLD)
    before, woken = await waiting(office), office.woken
    await give(office, tickets[0], NEW)
    assert (await found_by(office, OLD), await found_by(office, NEW)) == ((), (tickets[0],))
    assert await told(office, tickets[0]) == ({NEW}, {OLD})
    assert await waiting(office) == [*before, tickets[0]]
    assert office.woken == woken + 1


async def test_a_card_that_comes_back_stands(office: Office, tickets: list[TicketId]) -> None:
    for keys in ((OLD,), (), (OLD, OTHER), (OTHER,), (OLD,)):
        await give(office, tickets[0], *keys)
    assert await told(office, tickets[0]) == ({OLD}, {OTHER})


async def test_the_same_cards_again_are_no_change(office: Office, tickets: list[TicketId]) -> None:
    await give(office, tickets[0], OLD, NEW)
    before, woken = await waiting(office), office.woken
    await give(office, tickets[0], NEW, OLD, NEW)
    assert (await waiting(office), office.woken) == (before, woken)


async def test_other_kinds_sites_and_tickets_are_left_alone(office: Office, tickets: list[TicketId]) -> None:
    await office.catalog.add_site((await office.catalog.all_sites())[0].parameters, None, office.clock())
    first, second = tickets
    await give(office, first, OLD)
    await give(office, second, OLD)
    await give(office, first, OLD, site=ELSEWHERE)
    async with office.store.transaction() as work:
        work.session.add(TicketCredentialRow(site_id=SITE, kind=int(CODE), key=OLD, ticket_id=first))
    await give(office, first)
    async with office.store.reading() as work:
        here = set(await feed_rows.credentials(work, SITE, tickets))
        assert here == {CredentialEntry(OLD, CODE, first), CredentialEntry(OLD, CARD, second)}
        assert await feed_rows.credentials(work, ELSEWHERE, tickets) == (CredentialEntry(OLD, CARD, first),)


async def test_a_rebuilt_feed_forgets_what_is_gone_but_not_what_goes_meanwhile(office: Office, tickets: list[TicketId]) -> None:
    first, second = tickets
    await give(office, first, OLD)
    await give(office, second, OLD)
    await give(office, first, NEW)
    async with office.store.transaction() as work:
        await outbox.set_aside(work, SITE, 1)
    await give(office, second)
    async with office.store.transaction() as work:
        await outbox.mark_set_aside(work, SITE, FeedVersion(1, 1))
    assert await told(office, first) == ({NEW}, set())
    assert await told(office, second) == (set(), {OLD})
    assert await waiting(office) == [second]


async def test_a_range_of_keys_holds_what_stands(office: Office, tickets: list[TicketId]) -> None:
    await give(office, tickets[0], OLD)
    await give(office, tickets[0], NEW)
    async with office.store.reading() as work:
        everything = feed_rows.KeyRange(bytes(16), b"\xff" * 16)
        assert await feed_rows.credentials_in(work, SITE, everything) == (CredentialEntry(NEW, CARD, tickets[0]),)
        assert len((await work.session.exec(select(TicketCredentialRow))).all()) == 2
