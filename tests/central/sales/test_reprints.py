"""Reprints (补打): a limited number, recorded by seller, and the report within each person's scope."""

import asyncio

from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.reports.filters import Wanted
from central.reports.listing import Wish
from central.reports.reprints import REPRINTS, OfReprinter
from central.sales.reprints import Reprint
from protocol.identifiers import TicketId
from tests.builders.office import EVERYBODY, VISIT, Office, once
from tests.builders.refunding import request

TODAY = Wanted(first_day=VISIT, last_day=VISIT)


async def _sold(office: Office, key: str = "key-0001", most: int = 2) -> TicketId:
    return (await office.sell(await office.ticket_type(after_sale={"reprints": most}), key)).tickets[0].ticket_id


async def _reprinted(office: Office, ticket_id: TicketId, key: str, by: int = 1) -> Reprint | ProblemCode:
    try:
        return await office.reprints.reprint(ticket_id, "the printer jammed", once(key), by, office.clock())
    except Problem as problem:
        return problem.code


async def test_a_ticket_is_reprinted_so_often_and_the_code_stays(office: Office) -> None:
    ticket_id = await _sold(office)
    first = await _reprinted(office, ticket_id, "print-001")
    assert isinstance(first, Reprint)
    assert (first.number, first.left, first.ticket) == (1, 1, await office.issuing.ticket(ticket_id))
    assert await _reprinted(office, ticket_id, "print-001") == first
    assert isinstance(await _reprinted(office, ticket_id, "print-002"), Reprint)
    assert await _reprinted(office, ticket_id, "print-003") is ProblemCode.REPRINT_LIMIT
    assert len(await office.listed(REPRINTS)) == 2


async def test_of_many_at_once_no_more_than_the_limit_are_printed(office: Office) -> None:
    ticket_id = await _sold(office)
    made = await asyncio.gather(*(_reprinted(office, ticket_id, f"print-{number:03}") for number in range(6)))
    assert sorted(one.number for one in made if isinstance(one, Reprint)) == [1, 2]


async def test_a_void_ticket_is_not_printed(office: Office) -> None:
    ticket_id = await _sold(office)
    await request(office, ticket_id)
    assert await _reprinted(office, ticket_id, "print-001") is ProblemCode.TICKET_STATE


async def test_the_report_tells_each_seller_and_shows_no_more_than_the_scope(office: Office) -> None:
    await office.add_person("other")
    one, two = await _sold(office), await _sold(office, "key-0002")
    for key, ticket_id, by in (("print-001", one, 1), ("print-002", one, 2), ("print-003", two, 2)):
        assert isinstance(await _reprinted(office, ticket_id, key, by), Reprint)
    assert await office.reports.reprint_statistics(TODAY, EVERYBODY) == (OfReprinter(1, 1, 1), OfReprinter(2, 2, 2))
    own = Principal(2, "other", frozenset(), must_change_password=False, scope=DataScope.OWN)
    assert await office.reports.reprint_statistics(TODAY, own) == (OfReprinter(2, 2, 2),)
    assert [(listed.seller_id, listed.number) for listed in await office.listed(REPRINTS)] == [(2, 1), (2, 2), (1, 1)]
    assert len(await office.reports.page(REPRINTS, Wanted(seller_id=1), EVERYBODY, Wish(10))) == 1
    elsewhere = Principal(3, "kiosk", frozenset(), must_change_password=False, scope=DataScope.CHANNEL, channel="kiosk")
    assert await office.reports.page(REPRINTS, TODAY, elsewhere, Wish(10)) == ()
