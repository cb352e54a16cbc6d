"""A concession at the window: the quote says who is entitled, the sale stores the evidence, and free tickets need no payment."""

from datetime import date
from typing import Any

import pytest
from sqlmodel import select

from central.catalog.concessions import EvidenceKind
from central.catalog.rules.concessions import Evidence, Ineligible
from central.catalog.ticket_type import TicketType
from central.domain.problems import Problem, ProblemCode
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.sales.rules.pricing import Holder
from central.sales.rules.rescheduling import WantedDay
from central.sales.service import Wanted
from central.store.tables.money import LedgerRow
from central.store.tables.payments import PaymentRow
from protocol.holders import Document, DocumentType
from protocol.identifiers import SiteId
from tests.builders.office import Office, once, sign_in, wanted_line

SITE = SiteId(1)
STUDENT = Evidence(EvidenceKind.STUDENT_CARD, "8X21")
LI = Holder(Document(DocumentType.RESIDENT_ID, "CN", "990101199003074518"), "李明")
GROUNDS = [
    {"evidence": "student-card", "asks_number": True},
    {"evidence": "identity-document", "minimum_age": 60},
]


async def concession(office: Office, price_fen: int = 4000, **more: Any) -> TicketType:  # noqa: ANN401 - JSON as people state it
    return await office.ticket_type(price_fen, **{"concession": GROUNDS, **more})


async def refused(office: Office, wanted: Wanted, code: ProblemCode) -> Problem:
    with pytest.raises(Problem) as problem:
        await office.sales.sell(wanted, 0, AtOnce(Method.CASH, office.seller), once("key-0009"), office.clock())
    assert problem.value.code is code
    return problem.value


async def test_the_quote_says_who_is_entitled_and_the_sale_keeps_what_was_seen(office: Office) -> None:
    one = await concession(office)
    line = wanted_line(one, 2, evidence=(STUDENT, Evidence(EvidenceKind.IDENTITY_DOCUMENT, None, date(1990, 1, 1))))
    quoted = (await office.sales.quote(Wanted(SITE, (line,)), office.clock())).lines[0].eligibility
    assert [each.why_not for each in quoted] == [None, Ineligible.TOO_YOUNG]
    problem = await refused(office, Wanted(SITE, (line,)), ProblemCode.NOT_ELIGIBLE)
    assert [(fault.field, str(fault.message)) for fault in problem.fields] == [
        ("lines.0.evidence.1", "Too young on the day of the visit")
    ]
    order = await office.sell(one, quantity=2, evidence=(STUDENT, STUDENT))
    seen = await office.evidences.of_order(order.order_id)
    assert [(each.line, each.position, each.kind, each.last_characters) for each in seen] == [
        (0, 0, EvidenceKind.STUDENT_CARD, "8X21"),
        (0, 1, EvidenceKind.STUDENT_CARD, "8X21"),
    ]


async def test_evidence_is_asked_for_where_it_matters_and_refused_where_it_does_not(office: Office) -> None:
    dear, plain = await concession(office), await office.ticket_type()
    problem = await refused(office, Wanted(SITE, (wanted_line(dear),)), ProblemCode.NOT_ELIGIBLE)
    assert str(problem) == "The seller must see the evidence"
    for line in (wanted_line(plain, evidence=(STUDENT,)), wanted_line(dear, evidence=(STUDENT, STUDENT))):
        await refused(office, Wanted(SITE, (line,)), ProblemCode.INPUT_INVALID)


async def test_a_real_name_holders_own_document_says_the_age(office: Office) -> None:
    one = await concession(office, is_real_name=True, concession=[{"evidence": "identity-document", "maximum_age": 30}])
    claimed = Evidence(EvidenceKind.IDENTITY_DOCUMENT, None, date(2010, 1, 1))
    line = wanted_line(one, holders=(LI,), evidence=(claimed,))
    await refused(office, Wanted(SITE, (line,)), ProblemCode.NOT_ELIGIBLE)


async def test_what_waits_for_its_money_keeps_its_evidence_too(office: Office) -> None:
    order = await office.hold(await concession(office), evidence=(STUDENT,))
    assert len(await office.evidences.of_order(order.order_id)) == 1
    await office.payments.pay_at_once(order.order_id, AtOnce(Method.CASH, 1), once("pay-0001"), office.clock())
    assert len((await office.sales.order(order.order_id)).tickets) == 1


async def test_a_concession_does_not_move_to_a_day_on_which_it_is_not_granted(office: Office) -> None:
    grounds = [{"evidence": "teacher-card", "every_year": ["05-10"]}]
    one = await concession(office, concession=grounds, after_sale={"reschedule": {"days_before": 0}})
    order = await office.sell(one, evidence=(Evidence(EvidenceKind.TEACHER_CARD),))
    wanted = WantedDay(order.tickets[0].ticket_id, date(2026, 5, 11), None)
    with pytest.raises(Problem, match="not granted on 2026-05-11"):
        await office.rescheduling.move(wanted, once("move-0001"), office.seller, office.clock())


async def test_an_order_that_costs_nothing_needs_no_payment(office: Office) -> None:
    one = await concession(office, 0)
    body: dict[str, Any] = {
        "site_id": 1,
        "expected_total_fen": 0,
        "lines": [
            {
                "ticket_type_id": one.type_id,
                "visit_day": "2026-05-10",
                "evidence": [{"kind": "identity-document", "born": "1950-01-01"}],
            }
        ],
    }
    async with office.client() as client:
        headers = {**await sign_in(client, office), "Idempotency-Key": "free-0001"}
        quoted = {name: value for name, value in body.items() if name != "expected_total_fen"}
        quote = await (await client.post("/api/v1/quotes", json=quoted, headers=headers)).json()
        said = {"person": 0, "is_eligible": True, "why_not_zh": None, "why_not_en": None}
        assert quote["lines"][0]["eligibility"] == [said]
        answer = await client.post("/api/v1/orders", json=body, headers=headers)
        order = await answer.json()
        assert (answer.status, order["state"], len(order["tickets"])) == (201, "paid", 1)
        evidence = await (await client.get(f"/api/v1/orders/{order['order_id']}/evidence", headers=headers)).json()
        assert evidence == {"items": [{"line": 0, "person": 0, "kind": "identity-document", "last_characters": None}]}
        unpaid = await client.post("/api/v1/orders", json={**body, "expected_total_fen": 1}, headers=headers)
        assert unpaid.status == 400
    async with office.store.reading() as work:
        assert (await work.session.exec(select(PaymentRow))).all() == []
        assert (await work.session.exec(select(LedgerRow))).all() == []
