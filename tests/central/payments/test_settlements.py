"""Settled differences: which movement ends each in the books, once, by name, and with a sum of zero."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from central.audit.rules.changes import read, rest
from central.audit.rules.cutting import Cut
from central.domain.problems import Problem, ProblemCode
from central.payments import differences, ledger
from central.payments.differences import Settling
from central.payments.documents import Payment
from central.payments.methods import Method
from central.payments.rules.difference_causes import Cause, Found
from central.payments.rules.settlements import Ending, SettlementCause, ending, open_fen
from central.payments.service import Start
from central.store.tables.audit import AuditRow
from central.store.tables.money import LedgerRow
from tests.builders.office import Office, once

CODE = "134567890123456789"
FEE, TWICE, OFF, LATER = (
    SettlementCause.FEE_OF_INSTITUTION,
    SettlementCause.PAID_TWICE_RETURNED,
    SettlementCause.WRITTEN_OFF,
    SettlementCause.FOUND_LATER,
)
HELD = ledger.clearing(Method.WECHAT)


def _found(cause: Cause, ours_fen: int | None, theirs_fen: int | None) -> Found:
    return Found(cause, "P1", None, ours_fen, theirs_fen, "")


@pytest.mark.parametrize(
    ("cause", "ours_fen", "theirs_fen", "expected"),
    [
        (Cause.AMOUNT_DIFFERS, 8000, 7999, -1),
        (Cause.MISSING_IN_BILL, 8000, 0, -8000),
        (Cause.MISSING_HERE, None, 8000, 8000),
        (Cause.STATE_DIFFERS, None, 8000, 8000),
        (Cause.STATE_DIFFERS, 8000, 0, -8000),
        (Cause.REFUND_MISSING_HERE, None, 3000, -3000),
        (Cause.REFUND_MISSING_IN_BILL, 3000, 0, 3000),
        (Cause.REFUND_AMOUNT_DIFFERS, 3000, 3010, -10),
        (Cause.MONEY_RETURNED, 8000, 8000, 0),
        (Cause.REFUND_CLOSED, 3000, None, 0),
        (Cause.UNKNOWN_NUMBER, None, 8000, 0),
        (Cause.NOT_FINAL, None, 8000, 0),
    ],
)
def test_what_is_open_is_what_the_institution_holds_beyond_the_books(
    cause: Cause, ours_fen: int | None, theirs_fen: int | None, expected: int
) -> None:
    assert open_fen(_found(cause, ours_fen, theirs_fen)) == expected


def test_a_refund_that_the_books_never_moved_is_no_part_of_them() -> None:
    assert open_fen(_found(Cause.REFUND_MISSING_IN_BILL, 3000, 0), is_refund_booked=False) == 0


@pytest.mark.parametrize(
    ("cause", "amount_fen", "expected"),
    [
        (FEE, -1, Ending("institution-fees/wechat", HELD, 1)),
        (OFF, -1, Ending("written-off/wechat", HELD, 1)),
        (OFF, 1, Ending(HELD, "written-off/wechat", 1)),
        (TWICE, 8000, Ending(HELD, "owed/wechat", 8000)),
        (TWICE, -8000, Ending("owed/wechat", HELD, 8000)),
        (LATER, 8000, None),
        (SettlementCause.LOOKED_AT, 0, None),
    ],
)
def test_each_cause_has_its_account(cause: SettlementCause, amount_fen: int, expected: Ending | None) -> None:
    assert ending(cause, "wechat", amount_fen) == expected


@pytest.mark.parametrize(("cause", "amount_fen"), [(FEE, 1), (FEE, 0), (OFF, 0), (TWICE, 0)])
def test_a_cause_that_does_not_fit_is_refused(cause: SettlementCause, amount_fen: int) -> None:
    with pytest.raises(Problem):
        ending(cause, "wechat", amount_fen)


@pytest.mark.law(12)
@given(st.sampled_from([OFF, TWICE]), st.integers(-(10**9), 10**9).filter(bool))
def test_a_movement_brings_the_books_to_the_bill(cause: SettlementCause, amount_fen: int) -> None:
    movement = ending(cause, "wechat", amount_fen)
    assert movement is not None
    assert movement.amount_fen > 0
    assert {movement.debit: movement.amount_fen, movement.credit: -movement.amount_fen}[HELD] == amount_fen


async def _differs(office: Office) -> tuple[Payment, int]:
    order = await office.hold(await office.ticket_type())
    start = Start(order.order_id, Method.WECHAT, CODE, office.seller)
    payment = await office.payments.start(start, once("start-01"), office.clock())
    assert payment.number is not None
    found = Found(Cause.AMOUNT_DIFFERS, payment.number, payment.payment_id, 8000, 7990, "1 line(s) in the bill")
    async with office.store.transaction() as work:
        await differences.note(work, Method.WECHAT, found, office.clock())
    return payment, (await office.differences.differences(None, 50, None))[0].difference_id


async def _balances(office: Office) -> dict[str, int]:
    async with office.store.reading() as work:
        return {name: fen for name, fen in (await ledger.balances(work)).items() if fen}


@pytest.mark.law(12)
async def test_a_settlement_posts_what_is_open_once_and_names_what_it_ends(office: Office) -> None:
    payment, difference_id = await _differs(office)
    wanted = Settling(difference_id, FEE, "kept by WeChat Pay", office.seller)
    for _ in range(2):
        settled = await office.differences.settle(wanted, once("settle-01"), office.clock())
        assert (settled.settled_cause, settled.settled_fen) == (FEE, -10)
    assert await _balances(office) == {HELD: 7990, "institution-fees/wechat": 10, "sales/1": -8000}
    async with office.store.reading() as work:
        rows = (await work.session.exec(select(LedgerRow).where(LedgerRow.difference_id == difference_id))).all()
        acts = (await work.session.exec(select(AuditRow).where(AuditRow.action == "difference.settle"))).all()
    assert [(one.payment_id, one.order_id, one.posted_by) for one in rows] == [
        (payment.payment_id, payment.order_id, office.seller)
    ]
    (act,) = acts
    assert rest(act.detail) == {"note": "kept by WeChat Pay", "debit": "institution-fees/wechat", "credit": HELD}
    assert [(one.field, one.shown) for one in read(act.detail)] == [
        ("state", Cut("open", "settled")),
        ("cause", Cut(None, "fee-of-institution")),
        ("moved_fen", Cut(None, -10)),
    ]


async def test_a_settled_difference_is_not_settled_again(office: Office) -> None:
    _, difference_id = await _differs(office)
    before = await _balances(office)
    await office.differences.settle(
        Settling(difference_id, LATER, "in Monday's bill", office.seller), once("s-000001"), office.clock()
    )
    with pytest.raises(Problem) as problem:
        await office.differences.settle(Settling(difference_id, OFF, "no", office.seller), once("s-000002"), office.clock())
    assert problem.value.code is ProblemCode.CONFLICT
    assert await _balances(office) == before


async def test_a_document_that_may_still_post_is_settled_without_a_movement_only(office: Office) -> None:
    office.bank.charges_at_once = False
    order = await office.hold(await office.ticket_type())
    start = Start(order.order_id, Method.WECHAT, CODE, office.seller)
    payment = await office.payments.start(start, once("start-01"), office.clock())
    found = Found(Cause.MISSING_HERE, str(payment.number), payment.payment_id, None, 8000, "")
    async with office.store.transaction() as work:
        await differences.note(work, Method.WECHAT, found, office.clock())
    difference_id = (await office.differences.differences(None, 50, None))[0].difference_id
    with pytest.raises(Problem) as problem:
        await office.differences.settle(Settling(difference_id, OFF, "no", office.seller), once("s-000001"), office.clock())
    assert problem.value.code is ProblemCode.CONFLICT
    assert await _balances(office) == {}
