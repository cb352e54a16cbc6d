"""The daily match: a day without open difference, each found once, tried again until the bill exists."""

import json
from datetime import date

import pytest
from sqlmodel import delete, select

from central.domain.problems import Problem, ProblemCode
from central.payments.differences import DifferenceState, Settling
from central.payments.documents import Payment
from central.payments.institution_refunds import World
from central.payments.methods import Method
from central.payments.reconciliation import Reconciliation
from central.payments.refund_split import Returning
from central.payments.rules.difference_causes import Cause
from central.payments.rules.settlements import SettlementCause
from central.payments.service import Start
from central.store.tables.audit import AuditRow
from central.store.tables.payments import BillMatchRow
from protocol.identifiers import SiteId
from tests.builders.central import SeededBytes
from tests.builders.institution import configured
from tests.builders.office import Office, once, sign_in

DAY = date(2026, 5, 10)
CODE = "134567890123456789"


@pytest.fixture
def reconciliation(office: Office) -> Reconciliation:
    return Reconciliation(office.store, World(configured({Method.WECHAT: office.bank}), office.clock, SeededBytes("numbers")))


async def _paid(office: Office, key: str = "01") -> Payment:
    order = await office.hold(await office.ticket_type(), f"hold-{key}00")
    return await office.payments.start(
        Start(order.order_id, Method.WECHAT, CODE, office.seller), once(f"start-{key}"), office.clock()
    )


async def _until_tomorrow(office: Office) -> None:
    for _ in range(4):
        office.clock.advance(seconds=1)
        await office.payments.refunds.follow()
    office.clock.advance(seconds=25 * 3600)


async def _open(office: Office) -> list[Cause]:
    found = await office.differences.differences(None, 50, DifferenceState.OPEN)
    return [one.found.cause for one in found]


async def test_a_day_of_payments_refunds_and_reversals_matches_its_bill(office: Office, reconciliation: Reconciliation) -> None:
    payment = await _paid(office)
    async with office.store.transaction() as work:
        wanted = Returning(payment.order_id, SiteId(1), 3000, None, office.seller)
        await office.payments.give_back(work, wanted, office.clock())
    await office.sell(await office.ticket_type())
    assert await reconciliation.match_due() == 0
    await _until_tomorrow(office)
    assert await reconciliation.match_due() == 1
    assert await _open(office) == []
    assert await reconciliation.match_due() == 0


async def test_what_differs_is_in_the_queue_once_and_settled_by_name(office: Office, reconciliation: Reconciliation) -> None:
    payment = await _paid(office)
    assert payment.number is not None
    office.bank.pay(payment.number, 7999)
    await _until_tomorrow(office)
    assert await reconciliation.match_due() == 1
    async with office.store.transaction() as work:
        await work.session.exec(delete(BillMatchRow))
    assert await reconciliation.match_due() == 1
    assert await _open(office) == [Cause.AMOUNT_DIFFERS]
    found = (await office.differences.differences(None, 50, None))[0]
    assert (found.found.cause, found.found.ours_fen, found.found.theirs_fen) == (Cause.AMOUNT_DIFFERS, 8000, 7999)
    wanted = Settling(found.difference_id, SettlementCause.LOOKED_AT, "asked WeChat Pay", office.seller)
    settled = await office.differences.settle(wanted, once("settle-01"), office.clock())
    assert (settled.state, settled.settled_by, settled.settled_note) == (
        DifferenceState.SETTLED,
        office.seller,
        "asked WeChat Pay",
    )
    with pytest.raises(Problem) as problem:
        await office.differences.settle(wanted, once("settle-02"), office.clock())
    assert problem.value.code is ProblemCode.CONFLICT


async def test_a_bill_that_is_not_there_yet_is_asked_for_again(office: Office, reconciliation: Reconciliation) -> None:
    await _paid(office)
    await _until_tomorrow(office)
    office.bank.faults.append("lost")
    assert await reconciliation.match_due() == 0
    assert await reconciliation.match_due() == 1


async def test_no_bill_at_all_is_not_believed_at_once_where_money_came(office: Office, reconciliation: Reconciliation) -> None:
    await _paid(office)
    office.bank.trades.clear()
    await _until_tomorrow(office)
    assert (await reconciliation.match_due(), await _open(office)) == (0, [])
    office.clock.advance(seconds=24 * 3600)
    assert await reconciliation.match_day(Method.WECHAT, office.bank, DAY) is not None
    assert await _open(office) == [Cause.MISSING_IN_BILL]


async def test_a_day_with_a_payment_that_has_not_ended_is_matched_again(office: Office, reconciliation: Reconciliation) -> None:
    office.bank.charges_at_once = False
    payment = await _paid(office)
    await _until_tomorrow(office)
    assert (await reconciliation.match_due(), await _open(office)) == (0, [])
    await office.payments.follow()
    assert (await office.payments.payment(payment.payment_id)).document.is_final
    assert await reconciliation.match_due() == 1


async def test_a_payment_that_does_not_end_for_days_is_a_difference(office: Office, reconciliation: Reconciliation) -> None:
    office.bank.charges_at_once = False
    await _paid(office)
    await _until_tomorrow(office)
    await _until_tomorrow(office)
    await reconciliation.match_day(Method.WECHAT, office.bank, DAY)
    assert await _open(office) == [Cause.NOT_FINAL]


async def test_what_only_the_institution_knows_is_found(office: Office, reconciliation: Reconciliation) -> None:
    payment = await _paid(office)
    assert payment.number is not None
    office.bank.trades["P-of-nobody"] = office.bank.trades[payment.number]
    await _until_tomorrow(office)
    await reconciliation.match_due()
    assert await _open(office) == [Cause.MISSING_HERE]


async def test_a_day_is_matched_by_hand_as_often_as_one_likes(office: Office, reconciliation: Reconciliation) -> None:
    payment = await _paid(office)
    assert payment.number is not None
    office.bank.pay(payment.number, 7999)
    today = await reconciliation.match_by_hand(Method.WECHAT, DAY, office.seller)
    assert (today.lines, today.matched, today.differences, today.is_over) == (1, 0, 1, False)
    await _until_tomorrow(office)
    for _ in range(2):
        over = await reconciliation.match_by_hand(Method.WECHAT, DAY, office.seller)
        assert (over.lines, over.matched, over.is_over) == (1, 0, True)
    assert await reconciliation.match_due() == 0
    assert await _open(office) == [Cause.AMOUNT_DIFFERS]
    async with office.store.reading() as work:
        acts = (await work.session.exec(select(AuditRow).where(AuditRow.action == "bill.match"))).all()
    assert [(one.user_id, one.subject) for one in acts] == [(office.seller, f"bill:wechat/{DAY}")] * 3


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"method": "wechat", "day": "2026-05-11"}, 400, "input_invalid"),
        ({"method": "wechat", "day": "2026-01-01"}, 400, "input_invalid"),
        ({"method": "alipay", "day": "2026-05-10"}, 422, "payment_method"),
        ({"method": "wechat", "day": "2026-05-10"}, 409, "bill_not_there"),
    ],
)
async def test_a_bill_that_cannot_be_matched_is_said_so(office: Office, body: dict[str, str], status: int, code: str) -> None:
    office.bank.faults.append("lost")
    async with office.client() as client:
        answer = await client.post("/api/v1/reconciliation/matches", json=body, headers=await sign_in(client, office))
        assert (answer.status, (await answer.json())["code"]) == (status, code)


async def test_why_a_bill_is_not_matched_is_said_in_chinese(office: Office) -> None:
    async with office.client() as client:
        headers = {**await sign_in(client, office), "Accept-Language": "zh-CN"}
        body = {"method": "alipay", "day": "2026-05-09"}
        told = await (await client.post("/api/v1/reconciliation/matches", json=body, headers=headers)).json()
        assert (told["detail"], told["detail_code"]) == ("支付宝尚未配置，请先填写参数设置", "not_configured")
        assert told["parameters"] == {"method": {"code": "method_alipay", "parameters": {}}}


async def test_the_queue_and_payments_over_http(office: Office) -> None:
    payment = await _paid(office)
    await office.payments.receive(Method.WECHAT, {"Signed": "yes"}, b'{"number": "P-of-nobody"}', office.clock())
    async with office.client() as client:
        headers = await sign_in(client, office)
        listed = await (await client.get("/api/v1/payments?method=wechat&state=paid", headers=headers)).json()
        assert [one["payment_id"] for one in listed["items"]] == [payment.payment_id]
        read = await (await client.get(f"/api/v1/payments/{payment.payment_id}", headers=headers)).json()
        assert (read["state"], read["amount_fen"], read["presentation"]) == ("paid", 8000, "code")
        queue = await (await client.get("/api/v1/reconciliation/differences?state=open", headers=headers)).json()
        path = f"/api/v1/reconciliation/differences/{queue['items'][0]['difference_id']}/settle"
        answer = await client.post(path, json={"note": "nobody's"}, headers={**headers, "Idempotency-Key": "settle-01"})
        assert (await answer.json())["state"] == "settled"
        body = json.dumps({"number": payment.number})
        told = [await client.post("/api/v1/notifications/wechat", data=body, headers={"Signed": said}) for said in ("yes", "no")]
        assert [one.status for one in told] == [200, 401]
        assert (await client.post("/api/v1/notifications/cash", data=b"")).status == 404
