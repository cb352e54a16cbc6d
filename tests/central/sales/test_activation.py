"""Activation codes: exported once in clear text, sent, activated once for the holder, voided; each state listed."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode
from central.issuing.feed_version import FeedVersion
from central.issuing.tickets import Ticket, id_text
from central.refunds.rules.amounts import WantedRefund
from central.reports.activation_codes import CODES
from central.reports.filters import Wanted as Asked
from central.sales.activation import Codes, MadeCode, WantedActivation
from central.sales.orders import Order
from central.sales.rules.activation import CODE_BYTES, CodeState, code_of, typed
from central.sales.rules.pricing import Holder
from central.store.tables.activation import ActivationCodeRow
from central.store.tables.tickets import TicketCredentialRow
from protocol.holders import Document, DocumentType
from protocol.tickets.record import TicketState
from tests.builders.office import VISIT, Office, once, sign_in
from tests.builders.refunding import gate, request, settled

LI = Holder(Document(DocumentType.RESIDENT_ID, "CN", "990101199003074518"), "李明")
LATER = date(2026, 6, 1)
DAY_S = 24 * 3600
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


async def by_code(office: Office, **more: Any) -> TicketType:  # noqa: ANN401 - JSON as people state it
    return await office.ticket_type(activation={"within_days": 30}, unseen_allowed=False, **more)


async def exported(office: Office, order: Order) -> tuple[MadeCode, ...]:
    return await office.activation.export(order.order_id, office.seller, office.clock())


async def activate(office: Office, code: str, key: str = "activate-1", visit: date = VISIT, **more: Any) -> Ticket:  # noqa: ANN401
    wanted = WantedActivation(code, visit, more.get("holder"), more.get("source", ""))
    return await office.activation.activate(wanted, once(key), office.seller, office.clock())


async def states(office: Office, state: CodeState | None = None) -> list[CodeState]:
    return [one.state for one in await office.listed(CODES, Asked(state=state))]


async def refused(code: ProblemCode, coroutine: Any) -> Problem:  # noqa: ANN401 - any use case
    with pytest.raises(Problem) as problem:
        await coroutine
    assert problem.value.code is code
    return problem.value


@given(st.binary(min_size=CODE_BYTES, max_size=CODE_BYTES), st.integers(0, 19), st.sampled_from(LETTERS))
def test_a_code_is_read_however_it_is_typed_and_a_slip_is_seen(random: bytes, place: int, other: str) -> None:
    code = code_of(random)
    assert typed(f" {code.lower().replace('-', ' ')} ") == code
    plain = code.replace("-", "")
    slipped = plain[:place] + other + plain[place + 1 :]
    assert typed(slipped) == (code if slipped == plain else None)


@pytest.mark.parametrize("text", ["", "A", "ABCD-EFGH-IJKL-MNOP-QRST", "\u0130" * 20, "1" * 20])
def test_what_was_never_made_is_no_code(text: str) -> None:
    assert typed(text) is None


@pytest.mark.parametrize(
    "more",
    [
        {"unseen_allowed": True},
        {"group": {"minimum": 2, "maximum": 9}},
        {"sale": {"stock": {"per": "day", "places": 5}}},
        {"sale": {"person_limit": {"known_by": "phone", "in_all": 1}}},
    ],
    ids=["unseen", "group", "stock", "limit"],
)
async def test_a_type_that_cannot_be_activated_by_code_is_refused(office: Office, more: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="activated by code"):
        await office.ticket_type(**{"activation": {}, "unseen_allowed": False, **more})


@pytest.mark.law(7)
async def test_a_code_makes_its_ticket_valid_once_for_the_day_that_the_holder_says(office: Office) -> None:
    order = await office.sell(await by_code(office), quantity=2)
    assert {one.record.state for one in order.tickets} == {TicketState.INACTIVE}
    first, second = await exported(office, order)
    assert (first.last_day, await states(office)) == (date(2026, 6, 9), [CodeState.EXPORTED] * 2)
    ticket = await activate(office, first.code.lower(), visit=LATER)
    assert (ticket.record.state, ticket.record.generation, ticket.ticket_id) == (TicketState.ACTIVE, 2, first.ticket_id)
    assert ticket.code not in {one.code for one in order.tickets}
    assert ticket.record.valid_from > order.tickets[0].record.valid_until
    assert await activate(office, first.code.lower(), visit=LATER) == ticket
    await refused(ProblemCode.ACTIVATION_REFUSED, activate(office, first.code, "activate-2"))
    assert sorted(await states(office)) == [CodeState.ACTIVATED, CodeState.EXPORTED]
    assert second.code not in str(await office.listed(CODES))


async def test_only_hashes_of_codes_are_kept_and_a_second_export_makes_none(office: Office) -> None:
    order = await office.sell(await by_code(office), quantity=2)
    made = await exported(office, order)
    async with office.store.reading() as work:
        rows = (await work.session.exec(select(ActivationCodeRow))).all()
    assert not {one.code.encode() for one in made} & {row.code_hash for row in rows}
    await refused(ProblemCode.ORDER_STATE, exported(office, order))
    plain = await office.sell(await office.ticket_type(), "key-0002")
    await refused(ProblemCode.ORDER_STATE, exported(office, plain))


async def test_codes_are_sent_and_voided_and_made_again(office: Office) -> None:
    order = await office.sell(await by_code(office), quantity=2)
    first, second = await exported(office, order)
    office.clock.advance(seconds=1)
    codes, now = office.activation, office.clock()
    assert await codes.send(Codes(order.order_id, (first.ticket_id,)), 1, now) == 1
    assert await states(office, CodeState.SENT) == [CodeState.SENT]
    assert (await codes.send(Codes(order.order_id), 1, now), await codes.send(Codes(order.order_id), 1, now)) == (1, 0)
    await codes.void(second.ticket_id, "leaflet lost", 1, now)
    await refused(ProblemCode.ACTIVATION_REFUSED, activate(office, second.code))
    await refused(ProblemCode.TICKET_STATE, codes.void(second.ticket_id, "again", 1, now))
    (anew,) = await exported(office, order)
    assert (anew.ticket_id, anew.code != second.code) == (second.ticket_id, True)
    assert (await activate(office, anew.code)).record.state is TicketState.ACTIVE
    assert await states(office) == [CodeState.ACTIVATED, CodeState.VOIDED, CodeState.SENT]
    other = await office.sell(await by_code(office), "key-0003")
    await refused(ProblemCode.NOT_FOUND, codes.send(Codes(order.order_id, (other.tickets[0].ticket_id,)), 1, now))


async def test_a_refund_voids_the_code_and_gives_the_money_back(office: Office) -> None:
    order = await office.sell(await by_code(office))
    (code,) = await exported(office, order)
    refund = await office.refunds.request(WantedRefund(code.ticket_id, "not sent"), once("refund-1"), 1, office.clock())
    assert refund.amount_fen == 8000
    assert await states(office) == [CodeState.VOIDED]
    await refused(ProblemCode.ACTIVATION_REFUSED, activate(office, code.code))


async def test_an_inactive_ticket_that_was_used_is_inactive_again_when_its_refund_is_refused(office: Office) -> None:
    order = await office.sell(await by_code(office))
    ticket_id = order.tickets[0].ticket_id
    office.gates.agents = (gate(office, FeedVersion(1, 1)),)
    refund = await request(office, ticket_id)
    office.gates.used[ticket_id] = 1
    office.gates.agents = ()
    await settled(office, refund)
    assert (await office.issuing.ticket(ticket_id)).record.state is TicketState.INACTIVE


async def test_a_real_name_ticket_gets_its_holder_when_it_is_activated(office: Office) -> None:
    order = await office.sell(await by_code(office, is_real_name=True))
    (code,) = await exported(office, order)
    await refused(ProblemCode.HOLDER_REQUIRED, activate(office, code.code))
    ticket = await activate(office, code.code, holder=LI)
    kept = await office.sales.holders_of(ticket.ticket_id, 1, office.clock())
    assert [one.name for one in kept] == [LI.name]
    async with office.store.reading() as work:
        assert len((await work.session.exec(select(TicketCredentialRow))).all()) == 1


@pytest.mark.parametrize(
    ("days", "visit", "field"),
    [(31, LATER, "code"), (0, date(2026, 5, 9), "visit_day")],
    ids=["too late", "past day"],
)
async def test_a_code_is_good_until_its_day_and_not_for_the_past(office: Office, days: int, visit: date, field: str) -> None:
    (code,) = await exported(office, await office.sell(await by_code(office)))
    office.clock.advance(seconds=days * DAY_S)
    problem = await refused(ProblemCode.ACTIVATION_REFUSED, activate(office, code.code, visit=visit))
    assert [one.field for one in problem.fields] == [field]


async def test_only_a_caller_who_tries_wrong_codes_is_slowed_down(office: Office) -> None:
    (code,) = await exported(office, await office.sell(await by_code(office)))
    for number in range(6):
        made_up = code_of(number.to_bytes(CODE_BYTES))
        await refused(ProblemCode.ACTIVATION_REFUSED, activate(office, made_up, source="mallory"))
        await refused(ProblemCode.ACTIVATION_REFUSED, activate(office, "mistyped", source="anna"))
        office.clock.advance(seconds=number // 4 if number < 5 else 0)
    problem = await refused(ProblemCode.TOO_MANY_REQUESTS, activate(office, code.code, source="mallory"))
    assert problem.retry_after_s == 2
    assert (await activate(office, code.code, source="anna")).ticket_id == code.ticket_id


async def test_codes_over_http_are_in_the_answer_of_the_export_alone(office: Office) -> None:
    order = await office.sell(await by_code(office), quantity=2)
    path = f"/api/v1/orders/{order.order_id}/activation-codes"
    async with office.client() as client:
        headers = await sign_in(client, office)
        answer = await client.post(f"{path}?format=csv", headers=headers)
        assert answer.status == 200, await answer.text()
        codes = [line.split(",")[4] for line in (await answer.text()).splitlines()[1:]]
        assert (await (await client.post(f"{path}/mark-sent", json={}, headers=headers)).json()) == {"sent": 2}
        body = {"code": codes[0], "visit_day": "2026-05-10"}
        keyed = {**headers, "Idempotency-Key": "activate-0001"}
        ticket = await (await client.post("/api/v1/activations", json=body, headers=keyed)).json()
        assert ticket["state"] == "active"
        other = next(one for one in order.tickets if id_text(one.ticket_id) != ticket["ticket_id"])
        void = f"/api/v1/tickets/{id_text(other.ticket_id)}/activation-code/void"
        assert (await client.post(void, json={"reason": "lost"}, headers=headers)).status == 204
        listed = await (await client.get("/api/v1/activation-codes", headers=headers)).text()
        table = await (await client.get("/api/v1/exports/activation-codes?format=csv", headers=headers)).text()
    assert all(code not in text for code in codes for text in (listed, table))
    assert ("activated" in listed, "voided" in listed) == (True, True)
