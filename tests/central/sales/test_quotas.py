"""Places and purchase limits: nothing beyond them is sold, also with many sales at once, and none of them is lost."""

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from sqlmodel import select

from central.catalog.sale import SaleRules
from central.catalog.service import Sale
from central.catalog.ticket_type import TicketType
from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.issuing.tickets import Ticket
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.refunds.rules.amounts import WantedRefund
from central.sales.buyers import Buyer
from central.sales.orders import Order
from central.sales.rules.pricing import Holder
from central.sales.service import HOLD_S, Wanted
from central.store.tables.quotas import QuotaRow
from protocol.holders import Document, DocumentType
from protocol.identifiers import SiteId
from tests.builders.office import Office, once, problem_of, wanted_line
from tests.builders.quotas import checked_quotas

SITE = SiteId(1)
PLACES = 20
LI = Holder(Document(DocumentType.RESIDENT_ID, "CN", "990101199003074518"), "李明")
WANG = Holder(Document(DocumentType.PASSPORT, "FR", "12AB34567"), "Wang")
SLOTS: dict[str, Any] = {
    "slots": [{"start": "10:00", "minutes": 60}, {"start": "11:00", "minutes": 60}],
    "entitlements": [{"sites": [1], "always": [{"check": "time-slot"}]}],
}


async def taken(office: Office) -> dict[tuple[date, bool], int]:
    """Return what is counted now, by day and by whether it is a person's; it must be what orders hold."""
    rows = await checked_quotas(office)
    return {(row.day, bool(row.person)): row.taken for row in rows if row.taken}


async def bought(office: Office, one: TicketType, key: IdempotencyKey) -> Order:
    """Buy a ticket without asking for the price first."""
    wanted = Wanted(SITE, (wanted_line(one),))
    return await office.sales.sell(wanted, 8000, AtOnce(Method.CASH, office.seller), key, office.clock())


async def refund(office: Office, ticket: Ticket) -> None:
    """Refund a ticket, without waiting for gates; until the money goes, its places stay taken."""
    before = await taken(office)
    waiting = await office.refunds.request(
        WantedRefund(ticket.ticket_id, "rain"), once("refund-01"), office.seller, office.clock()
    )
    assert await taken(office) == before
    await office.refunds.override(waiting.refund_id, "rain", office.seller, office.clock())


@pytest.mark.parametrize("waits", [False, True], ids=["sold", "held"])
async def test_a_hundred_buyers_of_twenty_places_get_exactly_twenty(office: Office, waits: bool) -> None:  # noqa: FBT001 - a case
    one = await office.ticket_type(**SLOTS, sale={"stock": {"per": "slot", "places": PLACES}})
    buy = office.sales.hold if waits else None
    wanted = Wanted(SITE, (wanted_line(one, slot_start=time(10)),))

    async def bought(number: int) -> ProblemCode | None:
        key = once(f"key-{number:04}")
        if buy is not None:
            return await problem_of(buy(wanted, 8000, key, office.seller, office.clock()))
        return await problem_of(office.sales.sell(wanted, 8000, AtOnce(Method.CASH, office.seller), key, office.clock()))

    found = Counter(await asyncio.gather(*(bought(number) for number in range(5 * PLACES))))
    assert found == {None: PLACES, ProblemCode.SOLD_OUT: 4 * PLACES}
    assert len(await office.orders()) == PLACES
    assert await taken(office) == {(date(2026, 5, 10), False): PLACES}
    assert await problem_of(office.sell(one, key="key-other", slot_start=time(11))) is None


async def test_orders_of_two_days_at_once_never_wait_for_each_other_for_ever(office: Office) -> None:
    one = await office.ticket_type(sale={"stock": {"per": "day", "places": PLACES}})
    first, second = wanted_line(one), wanted_line(one, visit=date(2026, 5, 11))

    async def bought(number: int) -> ProblemCode | None:
        wanted = Wanted(SITE, (first, second) if number % 2 else (second, first))
        return await problem_of(office.sales.hold(wanted, 16000, once(f"key-{number:04}"), office.seller, office.clock()))

    found = Counter(await asyncio.gather(*(bought(number) for number in range(2 * PLACES))))
    assert found == {None: PLACES, ProblemCode.SOLD_OUT: PLACES}


async def test_places_count_persons_and_the_refusal_says_how_many_are_left(office: Office) -> None:
    one = await office.ticket_type(group={"minimum": 2, "maximum": 30}, sale={"stock": {"per": "day", "places": 25}})
    await office.sell(one, persons=10, quantity=2)
    with pytest.raises(Problem, match="5 places are left for 2026-05-10, 6 are wanted") as problem:
        await office.sell(one, key="key-0002", persons=6)
    assert [fault.field for fault in problem.value.fields] == ["lines.0.quantity"]
    await office.sell(one, key="key-0002", persons=5)


async def test_more_than_there_ever_was_is_refused_where_nothing_was_sold_yet(office: Office) -> None:
    one = await office.ticket_type(sale={"stock": {"per": "day", "places": 2}})
    assert await problem_of(office.sell(one, quantity=3)) is ProblemCode.SOLD_OUT
    none = await office.ticket_type(sale={"stock": {"per": "day", "places": 0}})
    assert await problem_of(office.sell(none)) is ProblemCode.SOLD_OUT


async def test_what_is_cancelled_expires_or_is_refunded_is_sold_again(office: Office) -> None:
    one = await office.ticket_type(sale={"stock": {"per": "day", "places": 3}})
    cancelled = await office.hold(one, key="hold-0001", quantity=3)
    assert await problem_of(office.hold(one, key="hold-0002")) is ProblemCode.SOLD_OUT
    for _ in range(2):
        await office.sales.cancel(cancelled.order_id, office.seller, office.clock())
    await office.hold(one, key="hold-0003", quantity=2)
    office.clock.advance(seconds=HOLD_S + 1)
    await office.sales.expire(office.clock())
    assert await taken(office) == {}
    order = await office.sell(one, quantity=3)
    await refund(office, order.tickets[0])
    assert await taken(office) == {(date(2026, 5, 10), False): 2}
    assert await problem_of(office.sell(one, key="key-0002")) is None
    assert await problem_of(office.sell(one, key="key-0003")) is ProblemCode.SOLD_OUT


async def test_a_buyer_who_repeats_the_request_after_all_is_sold_finds_the_own_ticket(office: Office) -> None:
    one = await office.ticket_type(sale={"stock": {"per": "day", "places": 1}})
    won = await bought(office, one, once("key-won1"))
    for late in ("key-late1", "key-late2", "key-late1"):
        with pytest.raises(Problem, match="0 places are left for 2026-05-10, 1 are wanted"):
            await bought(office, one, once(late))
    assert (await bought(office, one, once("key-won1"))).order_id == won.order_id
    assert await problem_of(bought(office, one, once("key-won1", b"other"))) is ProblemCode.IDEMPOTENCY_KEY_REUSED


async def test_what_was_sold_out_is_sold_as_soon_as_there_is_more_or_no_limit(office: Office) -> None:
    one = await office.ticket_type(sale={"stock": {"per": "day", "places": 1}})
    won = await bought(office, one, once("key-0001"))
    full = [await problem_of(bought(office, one, once(key))) for key in ("key-0002", "key-0003")]
    await refund(office, won.tickets[0])
    again = [await problem_of(bought(office, one, once(key))) for key in ("key-0004", "key-0005", "key-0006")]
    await office.catalog.change_sale(one.type_id, Sale(8000, is_on_sale=True, rules=SaleRules()), office.seller, office.clock())
    unlimited = await problem_of(bought(office, one, once("key-0007")))
    sold_out = ProblemCode.SOLD_OUT
    assert (full, again, unlimited) == ([sold_out, sold_out], [None, sold_out, sold_out], None)


async def test_an_order_that_is_paid_keeps_its_places(office: Office) -> None:
    one = await office.ticket_type(sale={"stock": {"per": "day", "places": 3}})
    order = await office.hold(one, quantity=3)
    await office.payments.pay_at_once(order.order_id, AtOnce(Method.CASH, office.seller), once("pay-00001"), office.clock())
    office.clock.advance(seconds=HOLD_S + 1)
    await office.sales.expire(office.clock())
    assert await taken(office) == {(date(2026, 5, 10), False): 3}


async def test_the_same_request_twice_takes_once(office: Office) -> None:
    one = await office.ticket_type(sale={"stock": {"per": "day", "places": 9}})
    for _ in range(2):
        await office.hold(one, quantity=2)
    assert await taken(office) == {(date(2026, 5, 10), False): 2}


@pytest.mark.law(9)
async def test_a_person_is_known_by_the_document_however_it_is_typed(office: Office) -> None:
    limit = {"known_by": "document", "a_day": 1, "in_all": 2}
    one = await office.ticket_type(is_real_name=True, sale={"person_limit": limit})
    await office.sell(one, holders=(WANG,))
    typed = replace(WANG, document=replace(WANG.document, number="12ab-34567"))
    with pytest.raises(Problem, match="may have 1 of this type for 2026-05-10; 0 more") as problem:
        await office.sell(one, key="key-0002", quantity=2, holders=(LI, typed))
    assert [fault.field for fault in problem.value.fields] == ["lines.0.holders.1.number"]
    await office.sell(one, key="key-0003", holders=(WANG,), visit=date(2026, 5, 11))
    assert (
        await problem_of(office.sell(one, key="key-0004", holders=(WANG,), visit=date(2026, 5, 12))) is ProblemCode.PURCHASE_LIMIT
    )
    async with office.store.reading() as work:
        assert {len(row.person) for row in (await work.session.exec(select(QuotaRow))).all()} == {32}


@pytest.mark.parametrize("waits", [False, True], ids=["sold", "held"])
async def test_a_refund_gives_back_the_limit_of_its_own_holder(office: Office, waits: bool) -> None:  # noqa: FBT001 - a case
    one = await office.ticket_type(is_real_name=True, sale={"person_limit": {"known_by": "document", "in_all": 1}})
    if waits:
        held = await office.hold(one, quantity=2, holders=(LI, WANG))
        await office.payments.pay_at_once(held.order_id, AtOnce(Method.CASH, office.seller), once("pay-00001"), office.clock())
        order = await office.sales.order(held.order_id)
    else:
        order = await office.sell(one, quantity=2, holders=(LI, WANG))
    of_li = [t for t in order.tickets if (await office.sales.masked_holders(t.ticket_id))[0].name == "李*"]
    await refund(office, of_li[0])
    assert await problem_of(office.sell(one, key="key-0002", holders=(WANG,))) is ProblemCode.PURCHASE_LIMIT
    assert await problem_of(office.sell(one, key="key-0003", holders=(LI,))) is None


async def test_one_document_twice_in_an_order_counts_twice(office: Office) -> None:
    one = await office.ticket_type(is_real_name=True, sale={"person_limit": {"known_by": "document", "a_day": 1}})
    assert await problem_of(office.sell(one, quantity=2, holders=(LI, LI))) is ProblemCode.PURCHASE_LIMIT


@pytest.mark.law(9)
async def test_a_limit_by_phone_asks_for_it_and_keeps_a_keyed_hash(office: Office) -> None:
    one = await office.ticket_type(sale={"person_limit": {"known_by": "phone", "a_day": 2}})
    assert await problem_of(office.sell(one)) is ProblemCode.BUYER_REQUIRED
    for phone, expected in (("13800000001", None), ("+8613800000001", ProblemCode.PURCHASE_LIMIT), ("13800000002", None)):
        wanted = Wanted(SITE, (wanted_line(one, 2),), buyer=Buyer(phone=phone))
        assert await problem_of(office.sales.hold(wanted, 16000, once(f"key-{phone}"), office.seller, office.clock())) is expected


@pytest.mark.law(9)
async def test_of_orders_at_once_by_one_person_one_is_sold(office: Office) -> None:
    one = await office.ticket_type(is_real_name=True, sale={"person_limit": {"known_by": "document", "a_day": 1}})
    wanted = Wanted(SITE, (wanted_line(one, holders=(LI,)),))
    sales = [office.sales.hold(wanted, 8000, once(f"key-{n:04}"), office.seller, office.clock()) for n in range(10)]
    found = Counter(await asyncio.gather(*(problem_of(sale) for sale in sales)))
    assert found == {None: 1, ProblemCode.PURCHASE_LIMIT: 9}
