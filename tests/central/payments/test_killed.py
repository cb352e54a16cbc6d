"""The office is killed at each point of a payment and of its refund, and begins again: nothing is lost, nothing is done twice.

The points are counted, not slept for: before and after each request to the institution, and around each commit of the file.
"""

import shutil
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from central.payments.methods import Method
from central.payments.service import Start
from central.refunds.rules.amounts import WantedRefund
from central.sales.rules.pricing import OrderState
from protocol.instants import Instant, local_day, plus
from tests.builders.central import DATABASE_FILE
from tests.builders.office import once
from tests.builders.payment_books import check
from tests.builders.payment_premises import Killed, Premises

PRICE_FEN = 8000
ZONE = ZoneInfo("Asia/Shanghai")
MOST_STEPS = 60
pytestmark = [pytest.mark.law(7), pytest.mark.law(12)]


class Visit:
    """One visitor who pays and wants the money back, through an office that dies once."""

    def __init__(self, premises: Premises, method: Method, *, by_code: bool) -> None:
        self.premises, self.method, self.key = premises, method, f"visit-{premises.lives}"
        self.server = premises.server(method)
        self.by_code = by_code
        self.order_id = 0
        self.begin_payment()

    async def come(self) -> None:
        """Make the order; nothing is paid yet."""
        office = self.premises.office
        one = next(iter(await office.catalog.all_ticket_types()), None) or await office.ticket_type(PRICE_FEN)
        today = local_day(self.premises.clock(), ZONE)
        self.order_id = (await office.hold(one, self.key, visit=today)).order_id

    def begin_payment(self) -> None:
        """The visitor takes the phone again: a new code, and a new key of the window's request."""
        self.key = f"{self.key}/again"
        self.code = self.server.desk.make_auth_code("visitor") if self.by_code else None

    async def is_paid(self) -> bool:
        """Return whether the order is paid."""
        return (await self.premises.office.sales.order(self.order_id)).state is OrderState.PAID

    async def pay(self) -> None:
        """Ask for the payment, again with the same key where no answer came; scan the code that is shown."""
        office = self.premises.office
        wanted = Start(self.order_id, self.method, self.code, office.seller)
        payment = await office.payments.start(wanted, once(f"{self.key}/pay"), self.premises.clock())
        if self.code is None and payment.qr is not None and payment.number is not None:
            self.server.desk.confirm(payment.number, "visitor")

    async def be_refunded(self) -> None:
        """Ask for the money, again with the same key where no answer came."""
        office = self.premises.office
        ticket = (await office.sales.order(self.order_id)).tickets[0]
        now = self.premises.clock()
        await office.refunds.request(WantedRefund(ticket.ticket_id, "rain"), once(f"{self.key}/back"), office.seller, now)
        await self.premises.settle_refunds()

    async def alive(self, act: Callable[[], Awaitable[None]]) -> None:
        """Call, and call once more where the process died during the call."""
        with suppress(Killed):
            await act()
        if self.premises.life.is_over:
            await self.premises.reopen()
            await act()

    async def wait(self) -> None:
        """Let everything come to its end, with the jobs running."""
        for _ in range(MOST_STEPS):
            due = await self.premises.due()
            await self.premises.work(due)
            if self.premises.life.is_over:
                await self.premises.reopen()
            after = await self.premises.due()
            asked = [one for one in (after.payment, after.refund, after.fence) if one is not None]
            if not asked:
                return
            theirs = self.premises.next_at_institutions()
            await self.premises.until(Instant(max(self.premises.clock(), min(*asked, theirs or asked[0]))))
        raise AssertionError("it does not end")


async def _lived(visit: Visit, points: int | None) -> list[object]:
    """Play a visit, with a death after so many points; return how all of it has ended.

    If the institution never heard of the payment, it cannot be paid: then the visitor is asked once more.
    """
    await visit.come()
    visit.premises.life.passed.clear()
    visit.premises.life.left = points
    await visit.alive(visit.pay)
    await (visit.wait() if visit.by_code else visit.premises.until(plus(visit.premises.clock(), seconds=1)))
    if not await visit.is_paid():
        visit.begin_payment()
        await visit.alive(visit.pay)
    await visit.wait()
    await visit.alive(visit.be_refunded)
    await visit.wait()
    await visit.premises.until(plus(visit.premises.clock(), seconds=120))
    return await check(visit.premises, visit.server, visit.order_id, PRICE_FEN)


def _result(ended: list[object]) -> set[object]:
    """Leave out the results of payments that were no longer needed."""
    return {
        one for one in ended if one not in ("reversed", "failed", "returned") and not (isinstance(one, tuple) and one[1] == 0)
    }


@pytest.mark.parametrize(("method", "by_code"), [(Method.WECHAT, True), (Method.ALIPAY, False)])
async def test_killed_at_any_point_a_payment_and_its_refund_end_the_same_way(
    migrated_file: Path, tmp_path: Path, method: Method, *, by_code: bool
) -> None:
    shutil.copy(migrated_file, tmp_path / DATABASE_FILE)
    premises = Premises(tmp_path)
    await premises.open()
    undisturbed = await _lived(Visit(premises, method, by_code=by_code), None)
    points = tuple(premises.life.passed)
    assert _result(undisturbed) == {OrderState.PAID, "paid", "succeeded"}
    assert {"before a request leaves", "after a reply has come", "before a commit", "after a commit"} == set(points)
    for place in range(len(points)):
        ended = await _lived(Visit(premises, method, by_code=by_code), place)
        assert _result(ended) == _result(undisturbed), f"killed at point {place}, {points[place]}"
        assert premises.lives == place + 2
    await premises.close()
