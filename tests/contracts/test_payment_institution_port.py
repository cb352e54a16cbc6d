"""The port to a payment institution, over both clients and the simulated institutions: every answer is a value."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from central.payments.institution import (
    GiveBack,
    LineKind,
    Paid,
    PaymentNotice,
    RefundAbnormal,
    RefundClosed,
    RefundDone,
    RefundNotice,
    RefundProcessing,
    Refused,
    Reversed,
    StillPaid,
    Unknown,
    Waiting,
)
from central.payments.methods import Method
from hardware_sims.payment_institutions.faults import Fault, Operation
from hardware_sims.payment_institutions.trades import Manner
from protocol.errors import PeerError, UntrustedError
from protocol.instants import plus
from tests.builders.institution_clients import Counter, counter
from tests.builders.institutions import town

pytestmark = pytest.mark.real_time
DAY = date(2026, 11, 23)
BACK = GiveBack("BACK001", "PAY0001", 3000, 8000, "退票退款")


@pytest.fixture(params=(Method.WECHAT, Method.ALIPAY))
async def desk(request: pytest.FixtureRequest) -> AsyncIterator[Counter]:
    async with town() as there:
        with counter(there, request.param) as one:
            yield one


async def test_a_qr_waits_until_it_is_scanned_and_paid(desk: Counter) -> None:
    await desk.shown()
    assert isinstance(await desk.client.query("PAY0001"), Waiting | Unknown)
    await desk.paid_by_qr("PAY0002")
    paid = await desk.client.query("PAY0002")
    assert isinstance(paid, Paid)
    assert (paid.amount_fen, paid.at) == (8000, desk.now())


@pytest.mark.parametrize(("manner", "answer"), [(Manner.PAYS, Paid), (Manner.ASKS_PASSWORD, Waiting), (Manner.NO_MONEY, Refused)])
async def test_a_payers_code_is_charged_in_its_manner(desk: Counter, manner: Manner, answer: type) -> None:
    code = desk.desk.make_auth_code("zhang", manner)
    assert isinstance(await desk.client.charge_code(desk.charge(), code), answer)


async def test_a_code_of_no_payer_is_refused(desk: Counter) -> None:
    assert isinstance(await desk.client.charge_code(desk.charge(), "139999999999999999"), Refused)


@pytest.mark.parametrize(("fault", "answer"), [(Fault.USERPAYING_THEN_SUCCESS, Paid), (Fault.USERPAYING_THEN_ERROR, Refused)])
async def test_a_payer_who_is_asked_decides_in_time(desk: Counter, fault: Fault, answer: type) -> None:
    desk.desk.faults.switch(fault)
    assert isinstance(await desk.client.charge_code(desk.charge(), desk.desk.make_auth_code("zhang")), Waiting)
    await desk.there.wait(10)
    assert isinstance(await desk.client.query("PAY0001"), answer)


@pytest.mark.parametrize("fault", [Fault.LOST_REPLY, Fault.SYSTEM_ERROR, Fault.SYSTEM_ERROR_AFTER])
async def test_without_a_reply_the_outcome_is_unknown(desk: Counter, fault: Fault) -> None:
    desk.desk.faults.switch(fault, count=1)
    assert isinstance(await desk.client.charge_code(desk.charge(), desk.desk.make_auth_code("zhang")), Unknown)
    assert isinstance(await desk.client.query("PAY0001"), Unknown if fault is Fault.SYSTEM_ERROR else Paid)


async def test_what_the_institution_never_heard_of_is_unknown_and_may_be_reversed(desk: Counter) -> None:
    assert isinstance(await desk.client.query("PAY0009"), Unknown)
    assert isinstance(await desk.client.reverse("PAY0009"), Reversed)
    assert isinstance(await desk.client.close("PAY0009"), Reversed)


async def test_a_qr_that_no_payer_paid_is_closed_and_cannot_be_paid(desk: Counter) -> None:
    await desk.shown()
    assert isinstance(await desk.client.close("PAY0001"), Reversed)
    assert isinstance(await desk.client.close("PAY0001"), Reversed)
    desk.desk.confirm("PAY0001", "zhang")
    assert not isinstance(await desk.client.query("PAY0001"), Paid)


async def test_a_qr_that_was_paid_is_not_closed(desk: Counter) -> None:
    await desk.paid_by_qr()
    answer = await desk.client.close("PAY0001")
    assert isinstance(answer, StillPaid)
    assert answer.paid.amount_fen == 8000


async def test_a_charged_code_is_reversed_with_its_money_as_often_as_one_asks(desk: Counter) -> None:
    await desk.client.charge_code(desk.charge(), desk.desk.make_auth_code("zhang"))
    await desk.there.wait(20)
    desk.desk.faults.switch(Fault.LOST_REPLY, count=1, operations=frozenset({Operation.REVERSE}))
    assert isinstance(await desk.client.reverse("PAY0001"), Unknown)
    assert isinstance(await desk.client.reverse("PAY0001"), Reversed)
    assert isinstance(await desk.client.query("PAY0001"), Refused)


async def test_a_refund_of_one_number_goes_back_once(desk: Counter) -> None:
    await desk.paid_by_qr()
    desk.desk.faults.switch(Fault.LOST_REPLY, count=1, operations=frozenset({Operation.REFUND}))
    assert isinstance(await desk.client.refund(BACK), Unknown)
    await desk.client.refund(BACK)
    await desk.there.wait(400)
    done = await desk.client.query_refund(BACK)
    assert isinstance(done, RefundDone)
    trade = desk.desk.trade("PAY0001")
    assert trade is not None
    assert trade.refunded_fen == 3000
    assert isinstance(await desk.client.query("PAY0001"), Paid)


async def test_more_than_was_paid_is_not_given_back(desk: Counter) -> None:
    await desk.paid_by_qr()
    assert isinstance(await desk.client.refund(GiveBack("BACK002", "PAY0001", 8001, 8000, "x")), RefundClosed)


async def test_without_money_in_the_account_a_refund_is_tried_again_later(desk: Counter) -> None:
    await desk.paid_by_qr()
    desk.desk.faults.switch(Fault.NOT_ENOUGH, count=1)
    assert isinstance(await desk.client.refund(BACK), Unknown)
    assert not isinstance(await desk.client.refund(BACK), RefundClosed)


async def test_a_success_is_told_and_believed_for_five_minutes(desk: Counter) -> None:
    await desk.paid_by_qr()
    told = (await desk.told())[0]
    notice = await desk.client.read_notification(told.headers, told.body.encode(), desk.now())
    assert isinstance(notice, PaymentNotice)
    assert (notice.number, notice.paid.amount_fen) == ("PAY0001", 8000)
    assert notice.paid == await desk.client.query("PAY0001")
    for seconds in (-301, 301):
        with pytest.raises(UntrustedError):
            await desk.client.read_notification(told.headers, told.body.encode(), plus(desk.now(), seconds=seconds))


async def test_a_notification_with_another_byte_or_signature_is_not_believed(desk: Counter) -> None:
    await desk.paid_by_qr()
    told = (await desk.told())[0]
    body = told.body.encode()
    for changed in (body[:-1], body.replace(b"PAY0001", b"PAY0002").replace(b"EV-", b"EW-"), b"", b"{}", b"\xff=1", b"a"):
        with pytest.raises(UntrustedError):
            await desk.client.read_notification(told.headers, changed, desk.now())
    stripped = {name: value for name, value in told.headers.items() if not name.lower().startswith("wechatpay-signature")}
    unsigned = "&".join(pair for pair in told.body.split("&") if not pair.startswith("sign="))
    with pytest.raises(UntrustedError):
        await desk.client.read_notification(stripped, unsigned.encode(), desk.now())


async def test_both_keys_are_believed_while_they_are_exchanged(desk: Counter) -> None:
    desk.desk.faults.switch(Fault.KEY_ROTATION)
    await desk.paid_by_qr()
    assert isinstance(await desk.client.query("PAY0001"), Paid)
    told = (await desk.told())[0]
    assert isinstance(await desk.client.read_notification(told.headers, told.body.encode(), desk.now()), PaymentNotice)


async def test_a_probe_with_a_wrong_signature_fails_like_any(desk: Counter) -> None:
    if desk.other_side is desk.there.institutions.alipay:
        pytest.skip("only WeChat Pay probes")
    await desk.shown()
    desk.desk.faults.switch(Fault.PROBE_SIGNATURE)
    assert isinstance(await desk.client.query("PAY0001"), Unknown)


async def test_the_end_of_a_refund_is_told(desk: Counter) -> None:
    await desk.paid_by_qr()
    await desk.client.refund(BACK)
    notices = []
    for _ in range(8):
        told, desk.there.merchant.told = await desk.told(), []
        notices += [await desk.client.read_notification(one.headers, one.body.encode(), desk.now()) for one in told]
        await desk.there.wait(60)
    ends = [one for one in notices if isinstance(one, RefundNotice)]
    assert [(one.number, type(one.answer)) for one in ends] == [("BACK001", RefundDone)]


@pytest.mark.parametrize(
    ("fault", "answer"),
    [(Fault.REFUND_PROCESSING_THEN_CLOSED, RefundClosed), (Fault.REFUND_PROCESSING_THEN_ABNORMAL, RefundAbnormal)],
)
async def test_a_refund_that_a_person_must_decide_says_so(desk: Counter, fault: Fault, answer: type) -> None:
    if desk.other_side is desk.there.institutions.alipay:
        pytest.skip("Alipay says only whether a refund has succeeded")
    await desk.paid_by_qr()
    desk.desk.faults.switch(fault)
    assert isinstance(await desk.client.refund(BACK), RefundProcessing)
    await desk.there.wait(400)
    assert isinstance(await desk.client.query_refund(BACK), answer)


async def test_the_bill_of_a_day_names_each_payment_refund_and_reversal(desk: Counter) -> None:
    await desk.paid_by_qr()
    await desk.client.charge_code(desk.charge("PAY0002", 5000), desk.desk.make_auth_code("li"))
    await desk.there.wait(60)
    await desk.client.reverse("PAY0002")
    await desk.client.refund(BACK)
    await desk.there.wait(24 * 3600)
    found = {(line.kind, line.number, line.refund_number, line.amount_fen) for line in await desk.client.bill(DAY)}
    assert found == {
        (LineKind.PAYMENT, "PAY0001", "", 8000),
        (LineKind.PAYMENT, "PAY0002", "", 5000),
        (LineKind.REVERSAL, "PAY0002", "", 5000),
        (LineKind.REFUND, "PAY0001", "BACK001", 3000),
    }


async def test_a_bill_that_cannot_be_had_now_is_a_fault_of_the_institution(desk: Counter) -> None:
    await desk.there.wait(2 * 24 * 3600)
    desk.desk.faults.switch(Fault.SYSTEM_ERROR, operations=frozenset({Operation.BILL}))
    with pytest.raises(PeerError):
        await desk.client.bill(DAY)


async def test_a_day_without_any_trade_has_no_lines(desk: Counter) -> None:
    await desk.there.wait(2 * 24 * 3600)
    assert await desk.client.bill(DAY) == ()


def test_the_acknowledgement_of_each_is_in_its_words(desk: Counter) -> None:
    taken, again = desk.client.acknowledgement(is_taken=True), desk.client.acknowledgement(is_taken=False)
    assert (taken.status, again.status) == (200, 401)
    assert taken.body in (b"success", '{"code":"SUCCESS","message":"成功"}'.encode())
