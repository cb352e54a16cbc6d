"""A closed day gives many tickets of one payment back, in parts, as fast as the institution accepts them."""

import shutil
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from central.payments.methods import Method
from central.payments.service import Start
from central.refunds.batches import ClosedDay
from protocol.identifiers import SiteId
from protocol.instants import MS_PER_SECOND, Instant, local_day
from tests.builders.central import DATABASE_FILE
from tests.builders.office import once
from tests.builders.payment_premises import Premises

PRICE_FEN, TICKETS = 8000, 4
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.mark.parametrize(("method", "accepted_after_s"), [(Method.WECHAT, [0, 65, 130, 195]), (Method.ALIPAY, [0, 0, 0, 0])])
async def test_each_part_is_taken_the_first_time_it_is_sent(
    migrated_file: Path, tmp_path: Path, method: Method, accepted_after_s: list[int]
) -> None:
    shutil.copy(migrated_file, tmp_path / DATABASE_FILE)
    premises = Premises(tmp_path)
    await premises.open()
    office, clock, desk = premises.office, premises.clock, premises.server(method).desk
    today = local_day(clock(), ZONE)
    order = await office.hold(await office.ticket_type(PRICE_FEN), quantity=TICKETS, visit=today)
    start = Start(order.order_id, method, desk.make_auth_code("visitor"), office.seller)
    await office.payments.start(start, once("start-01"), clock())
    await office.refund_batches.begin(ClosedDay(SiteId(1), today, None), "storm", once("batch-01"), office.seller, clock())
    await office.refund_batches.go_on(clock())
    while (due := await premises.due()).first is not None:
        await premises.until(Instant(max(clock(), due.first)))
        await premises.work(await premises.due())
    accepted = [one.accepted_at_ms for one in desk.bank.refunds()]
    assert [(at - accepted[0]) // MS_PER_SECOND for at in accepted] == accepted_after_s
    trade = desk.bank.trades(clock())[0]
    assert trade.refunded_fen == PRICE_FEN * TICKETS
    await premises.close()
