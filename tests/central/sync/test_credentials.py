"""A credential that was taken from a ticket leaves every gate with the next delta."""

from sqlmodel import col, func, select

from central.issuing.routes import ISSUING
from central.store.tables.tickets import TicketCredentialRow
from protocol.feed.records import CredentialKind, credential_key
from protocol.identifiers import SiteId, TicketId
from tests.builders.served import Central, Gate

SITE = SiteId(1)
CARD = CredentialKind.NFC
OLD, NEW = (credential_key(CARD, name) for name in (b"old", b"new"))


async def give(central: Central, ticket: TicketId, *keys: bytes) -> None:
    async with central.built.store.transaction() as work:
        await central.built.app[ISSUING].replace_credentials(work, ticket, SITE, CARD, keys, central.clock())


def finds(gate: Gate) -> tuple[tuple[TicketId, ...], tuple[TicketId, ...]]:
    return gate.cache.tickets_by(CARD, OLD), gate.cache.tickets_by(CARD, NEW)


async def test_a_replaced_card_leaves_the_gate_with_the_next_delta(central: Central) -> None:
    adult = await central.add_type()
    gate = await central.enrol(await central.add_check_point([adult]))
    (sold,) = await central.sell(adult)
    ticket = TicketId(int(sold["ticket_id"], 16))
    await give(central, ticket, OLD)
    await gate.refresh_until(lambda one: finds(one) == ((ticket,), ()))
    await give(central, ticket, NEW)
    await gate.refresh_until(lambda one: bool(one.cache.tickets_by(CARD, NEW)))
    assert finds(gate) == ((), (ticket,))
    await give(central, ticket, OLD)
    await gate.refresh_until(lambda one: bool(one.cache.tickets_by(CARD, OLD)))
    assert finds(gate) == ((ticket,), ())
    await central.publisher.rebuild(SITE)
    await gate.refresh()
    assert finds(gate) == ((ticket,), ())
    async with central.built.store.reading() as work:
        gone = select(func.count()).select_from(TicketCredentialRow).where(col(TicketCredentialRow.kind) < 0)
        assert (await work.session.exec(gone)).one() == 0
    gate.close()
