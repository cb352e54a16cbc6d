"""Who bought an order: kept sealed, shown masked, read in full with an audit record."""

import pytest
from sqlmodel import select

from central.audit.search import WantedRecords
from central.domain.problems import Problem, ProblemCode
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.sales.buyers import SAID_NOTHING, Buyer
from central.sales.orders import Order
from central.sales.service import Wanted
from central.store.tables.money import OrderBuyerRow
from protocol.identifiers import SiteId
from tests.builders.office import Office, once, wanted_line

WANG = Buyer("王小明", "13800000009")


async def bought(office: Office, buyer: Buyer, instead_of: int | None = None, key: str = "key-0001") -> Order:
    wanted = Wanted(SiteId(1), (wanted_line(await office.ticket_type()),), buyer=buyer, instead_of=instead_of)
    return await office.sales.sell(wanted, 8_000, AtOnce(Method.CASH, office.seller), once(key), office.clock())


@pytest.mark.parametrize(
    ("buyer", "shown"),
    [
        (WANG, Buyer("王**", "*******0009")),
        (Buyer(phone="+8613800000009"), Buyer(phone="**********0009")),
        (Buyer("李"), Buyer("李")),
        (SAID_NOTHING, None),
    ],
)
async def test_an_order_shows_its_buyer_masked(office: Office, buyer: Buyer, shown: Buyer | None) -> None:
    order = await bought(office, buyer)
    assert order.buyer == shown
    assert (await office.sales.order(order.order_id)).buyer == shown


@pytest.mark.law(9)
async def test_name_and_number_are_sealed_and_each_reading_in_full_is_audited(office: Office) -> None:
    order = await bought(office, WANG)
    async with office.store.reading() as work:
        row = (await work.session.exec(select(OrderBuyerRow))).one()
    kept = b"|".join(part for part in (row.name_sealed, row.phone_sealed, row.phone_digest) if part is not None)
    assert b"13800000009" not in kept
    assert "王小明".encode() not in kept
    assert await office.buyers.in_full(order.order_id, office.seller, office.clock()) == WANG
    (record,) = await office.audit.records(WantedRecords(action="buyer.read"), None, 10)
    assert (record.subject, record.user_id, record.detail) == (f"order:{order.order_id}", office.seller, {})


async def test_who_hands_in_a_ticket_stays_the_buyer(office: Office) -> None:
    order = await bought(office, WANG)
    again = await bought(office, SAID_NOTHING, order.order_id, key="key-0002")
    assert await office.buyers.in_full(again.order_id, office.seller, office.clock()) == WANG


async def test_a_buyer_who_said_nothing_is_nobody_and_an_order_that_is_not_there_has_none(office: Office) -> None:
    order = await bought(office, SAID_NOTHING)
    assert await office.buyers.in_full(order.order_id, office.seller, office.clock()) == SAID_NOTHING
    with pytest.raises(Problem) as refused:
        await office.buyers.in_full(order.order_id + 1, office.seller, office.clock())
    assert refused.value.code is ProblemCode.NOT_FOUND
