"""A sale at a window: order, money and tickets in one transaction, or none of them."""

import asyncio
import json
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import func, select

from central.catalog.service import Sale
from central.domain import idempotency
from central.domain.problems import Problem, ProblemCode
from central.issuing import feed_rows, outbox
from central.issuing.service import Issuing
from central.payments import ledger
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.sales.rules.pricing import Holder
from central.sales.service import Wanted
from central.store.tables.money import LedgerRow, OrderRow
from central.store.tables.requests import IdempotentRequestRow
from central.store.tables.tickets import TicketHolderRow, TicketRow
from central.store.unit_of_work import Work
from protocol.feed.records import CredentialKind
from protocol.holders import Document, DocumentType, holder_hash
from protocol.identifiers import SiteId, TicketId
from protocol.instants import Minute, from_minute, inclusive_end, to_datetime
from protocol.keyring import Key, Keyring, KeyState, Purpose
from protocol.signatures import PUBLIC_KEY_BYTES
from protocol.tickets import signature
from protocol.tickets.codec import decode
from protocol.tickets.record import agrees
from protocol.tickets.short_number import number_of
from tests.builders.office import ISSUING_KEY, PRIVATE_KEY, Office, once, sign_in, wanted_line

ZONE = ZoneInfo("Asia/Shanghai")
SITE = SiteId(1)
LI = Holder(Document(DocumentType.RESIDENT_ID, "CN", "990101199003074518"), "李明")


def _cash(office: Office) -> AtOnce:
    return AtOnce(Method.CASH, office.seller)


def _keyring() -> Keyring:
    public = PRIVATE_KEY.public_key().public_bytes_raw()
    assert len(public) == PUBLIC_KEY_BYTES
    key = Key(ISSUING_KEY, Purpose.TICKETS, public, (), from_minute(Minute(0)), from_minute(Minute(2**31)), KeyState.ACTIVE)
    return Keyring(1, 1, from_minute(Minute(2**31)), 1, (public,), (key,))


@pytest.mark.law(7)
async def test_a_sale_makes_tickets_that_gates_believe(office: Office) -> None:
    order = await office.sell(await office.ticket_type(), quantity=3)
    assert len({ticket.ticket_id for ticket in order.tickets}) == 3
    for ticket in order.tickets:
        token = decode(ticket.code.encode())
        assert token is not None
        assert signature.proving_key(token, _keyring()) is not None
        assert agrees(ticket.record, token.claims)
        assert ticket.short_number == number_of(ticket.ticket_id)
    assert (await office.sales.order(order.order_id)).total_fen == 24000


async def test_tickets_are_read_in_the_order_in_which_they_were_sold(office: Office) -> None:
    order = await office.sell(await office.ticket_type(), quantity=20)
    read = await office.sales.order(order.order_id)
    assert [one.ticket_id for one in read.tickets] == [one.ticket_id for one in order.tickets]


async def test_a_day_ticket_is_valid_from_the_first_to_the_last_second_of_its_day(office: Office) -> None:
    record = (await office.sell(await office.ticket_type())).tickets[0].record
    assert to_datetime(from_minute(record.valid_from), ZONE) == datetime(2026, 5, 10, tzinfo=ZONE)
    last = to_datetime(inclusive_end(record.valid_until, ZONE), ZONE)
    assert last.replace(microsecond=0) == datetime(2026, 5, 10, 23, 59, 59, tzinfo=ZONE)


@pytest.mark.law(12)
async def test_the_ledger_holds_the_sale_and_sums_to_zero(office: Office) -> None:
    await office.sell(await office.ticket_type(8000), quantity=2)
    await office.sell(await office.ticket_type(50), key="key-0002")
    async with office.store.reading() as work:
        balances = await ledger.balances(work)
    assert balances == {ledger.cash(office.seller): 16050, ledger.sales(SITE): -16050}
    assert sum(balances.values()) == 0


async def test_a_free_ticket_is_issued_and_moves_no_money(office: Office) -> None:
    assert len((await office.sell(await office.ticket_type(0))).tickets) == 1
    async with office.store.reading() as work:
        assert await ledger.balances(work) == {}


@pytest.mark.law(7)
async def test_a_sale_that_fails_at_its_last_step_leaves_nothing(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await office.ticket_type()
    woken = office.woken

    async def fail(work: Work, *_others: object) -> None:
        await work.write()
        raise RuntimeError

    monkeypatch.setattr("central.sales.quotas.take", fail)
    with pytest.raises(RuntimeError):
        await office.sell(one)
    async with office.store.reading() as work:
        for table in (OrderRow, LedgerRow, TicketRow):
            assert (await work.session.exec(select(func.count()).select_from(table))).one() == 0
        assert await outbox.unpublished(work, SITE, 10) == ()
    assert office.woken == woken


async def test_the_same_key_sells_once(office: Office) -> None:
    one = await office.ticket_type()
    assert await office.sell(one) == await office.sell(one)
    async with office.store.reading() as work:
        assert sum((await ledger.balances(work)).values()) == 0
        assert (await ledger.balances(work))[ledger.cash(office.seller)] == 8000


async def test_the_same_key_at_once_sells_once(office: Office) -> None:
    one = await office.ticket_type()
    orders = await asyncio.gather(*(office.sell(one) for _ in range(6)))
    assert len({order.order_id for order in orders}) == 1
    assert len(await office.orders()) == 1


async def test_the_same_key_for_another_request_is_refused(office: Office) -> None:
    one = await office.ticket_type()
    await office.sell(one)
    wanted = Wanted(SITE, (wanted_line(one),))
    with pytest.raises(Problem) as problem:
        await office.sales.sell(wanted, 8000, _cash(office), once("key-0001", b"other"), office.clock())
    assert problem.value.code is ProblemCode.IDEMPOTENCY_KEY_REUSED


async def test_a_price_that_has_changed_is_said_and_not_charged(office: Office) -> None:
    one = await office.ticket_type(8000)
    await office.catalog.change_sale(one.type_id, Sale(9000, is_on_sale=True), office.seller, office.clock())
    with pytest.raises(Problem) as problem:
        await office.sales.sell(Wanted(SITE, (wanted_line(one),)), 8000, _cash(office), once("key-0001"), office.clock())
    assert problem.value.code is ProblemCode.TOTAL_CHANGED
    assert await office.orders() == ()


@pytest.mark.law(12)
async def test_what_was_sold_keeps_its_price(office: Office) -> None:
    one = await office.ticket_type(8000)
    order = await office.sell(one)
    await office.catalog.change_sale(one.type_id, Sale(9000, is_on_sale=False), office.seller, office.clock())
    assert (await office.sales.order(order.order_id)).total_fen == 8000


@pytest.mark.parametrize(
    ("parameters", "line", "code"),
    [
        ({}, {"visit": date(2026, 5, 9)}, ProblemCode.NOT_ON_SALE),
        ({"validity": {"kind": "fixed", "first": "2026-05-01", "last": "2026-05-09"}}, {}, ProblemCode.NOT_ON_SALE),
        ({}, {"persons": 2}, ProblemCode.INPUT_INVALID),
        ({"group": {"minimum": 10, "maximum": 30}}, {"persons": 9}, ProblemCode.INPUT_INVALID),
        ({"group": {"minimum": 10, "maximum": 30}}, {"persons": 31}, ProblemCode.INPUT_INVALID),
        ({"is_real_name": True}, {}, ProblemCode.HOLDER_REQUIRED),
        ({"is_real_name": True}, {"holders": (LI, LI)}, ProblemCode.HOLDER_REQUIRED),
        ({}, {"holders": (LI,)}, ProblemCode.HOLDER_REQUIRED),
        (
            {"is_real_name": True},
            {"holders": (replace(LI, document=replace(LI.document, number="990101199003074519")),)},
            ProblemCode.INPUT_INVALID,
        ),
        ({}, {"slot_start": time(10)}, ProblemCode.SLOT_REQUIRED),
    ],
)
async def test_what_may_not_be_sold_is_refused(
    office: Office, parameters: dict[str, Any], line: dict[str, Any], code: ProblemCode
) -> None:
    one = await office.ticket_type(**parameters)
    with pytest.raises(Problem) as problem:
        await office.sell(one, **line)
    assert problem.value.code is code
    assert problem.value.fields


async def test_a_type_off_sale_or_of_another_site_is_refused(office: Office) -> None:
    one = await office.ticket_type()
    await office.catalog.change_sale(one.type_id, Sale(8000, is_on_sale=False), office.seller, office.clock())
    with pytest.raises(Problem) as problem:
        await office.sell(one)
    assert problem.value.code is ProblemCode.NOT_ON_SALE


async def test_a_slot_is_taken_by_its_start(office: Office) -> None:
    one = await office.ticket_type(
        slots=[{"start": "10:00", "minutes": 60}],
        entitlements=[{"sites": [1], "always": [{"check": "time-slot", "before_minutes": 15, "after_minutes": 30}]}],
    )
    record = (await office.sell(one, slot_start=time(10))).tickets[0].record
    assert (to_datetime(from_minute(record.slot_start), ZONE), record.slot_minutes) == (
        datetime(2026, 5, 10, 10, tzinfo=ZONE),
        60,
    )
    for wrong in (None, time(10, 30)):
        with pytest.raises(Problem) as problem:
            await office.sell(one, key="key-0002", slot_start=wrong)
        assert problem.value.code is ProblemCode.SLOT_REQUIRED


async def test_a_group_is_one_code_priced_by_head(office: Office) -> None:
    one = await office.ticket_type(500, group={"minimum": 10, "maximum": 30})
    order = await office.sell(one, persons=25)
    assert order.total_fen == 12500
    assert [ticket.record.persons for ticket in order.tickets] == [25]


@pytest.mark.law(9)
async def test_a_holder_is_sealed_here_and_a_keyed_hash_at_the_gate(office: Office) -> None:
    one = await office.ticket_type(is_real_name=True)
    ticket = (await office.sell(one, holders=(LI,))).tickets[0]
    async with office.store.reading() as work:
        row = (await work.session.exec(select(TicketHolderRow))).one()
        assert b"990101199003074518" not in row.number_sealed
        assert "李明".encode() not in row.name_sealed
        entries = await feed_rows.credentials(work, SITE, (ticket.ticket_id,))
        (key,) = (await office.catalog.holder_keys(work, SITE)).secrets
    assert {entry.kind: entry.key for entry in entries} == {CredentialKind.ID_CARD: holder_hash(LI.document, key)}


async def test_a_ticket_without_holder_adds_no_credential_to_the_feed(office: Office) -> None:
    order = await office.sell(await office.ticket_type(), quantity=3)
    async with office.store.reading() as work:
        assert await feed_rows.credentials(work, SITE, [ticket.ticket_id for ticket in order.tickets]) == ()


@pytest.mark.law(9)
async def test_a_holder_is_shown_masked_and_reading_in_full_is_audited(office: Office) -> None:
    one = await office.ticket_type(is_real_name=True)
    ticket = (await office.sell(one, holders=(LI,))).tickets[0]
    masked = await office.sales.masked_holders(ticket.ticket_id)
    assert [(one.name, one.document.number) for one in masked] == [("李*", "**************4518")]
    full = await office.sales.holders_of(ticket.ticket_id, office.seller, office.clock())
    assert [(one.name, one.document.number) for one in full] == [("李明", "990101199003074518")]


async def test_a_pass_for_two_sites_is_told_to_both(office: Office) -> None:
    parameters = (await office.catalog.all_sites())[0].parameters
    await office.catalog.add_site(parameters, None, office.clock())
    one = await office.ticket_type(entitlements=[{"sites": [1, 2]}], is_real_name=True)
    ticket = (await office.sell(one, holders=(LI,))).tickets[0]
    async with office.store.reading() as work:
        for site in (SiteId(1), SiteId(2)):
            assert [change.ticket_id for change in await outbox.unpublished(work, site, 10)] == [ticket.ticket_id]
            assert len(await feed_rows.credentials(work, site, (ticket.ticket_id,))) == 1
        first, second = [await feed_rows.credentials(work, site, (ticket.ticket_id,)) for site in (SiteId(1), SiteId(2))]
    id_cards = [{entry.key for entry in entries if entry.kind is CredentialKind.ID_CARD} for entries in (first, second)]
    assert id_cards[0] != id_cards[1]


async def test_ids_whose_number_is_taken_are_drawn_again(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await office.ticket_type()
    taken = (await office.sell(one)).tickets[0].ticket_id
    free, other = TicketId(0x10_0000_0001), TicketId(0x20_0000_0001)
    draws = iter([taken ^ 1, free, free ^ 2, other])
    monkeypatch.setattr(Issuing, "_draw_id", lambda _self: TicketId(next(draws)))
    made = (await office.sell(one, quantity=2, key="key-0002")).tickets
    assert {ticket.ticket_id >> 32 for ticket in made} == {0x10, 0x20}
    assert next(draws, None) is None


async def test_where_no_number_is_free_nothing_is_sold(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    one = await office.ticket_type()
    taken = (await office.sell(one)).tickets[0].ticket_id
    monkeypatch.setattr(Issuing, "_draw_id", lambda _self: TicketId(taken ^ 1))
    with pytest.raises(Problem) as problem:
        await office.sell(one, key="key-0002")
    assert problem.value.code is ProblemCode.BUSY
    async with office.store.reading() as work:
        assert (await work.session.exec(select(func.count()).select_from(OrderRow))).one() == 1


async def test_what_a_key_stood_for_fits_no_guess(office: Office) -> None:
    type_id = (await office.ticket_type()).type_id
    line = {"ticket_type_id": type_id, "visit_day": "2026-05-10"}
    raw = json.dumps({"site_id": 1, "lines": [line], "expected_total_fen": 8000, "method": "cash"}).encode()
    async with office.client() as client:
        headers = {**await sign_in(client, office), "Idempotency-Key": "sale-000001", "Content-Type": "application/json"}
        answers = [await client.post("/api/v1/orders", data=raw, headers=headers) for _ in range(2)]
        first, again = [(answer.status, await answer.json()) for answer in answers]
    assert first == again
    assert first[0] == 201
    async with office.store.reading() as work:
        (kept,) = (await work.session.exec(select(IdempotentRequestRow))).all()
    assert kept.fingerprint != idempotency.parse("sale-000001", "", "/api/v1/orders", raw).fingerprint
