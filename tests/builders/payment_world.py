"""A seeded schedule of one order: how its visitor pays, what fails meanwhile, and what must be true when all is over.

The world keeps the institutions' truth (whose money is where) beside ours. A broken invariant raises `Violation` with its name.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from random import Random
from zoneinfo import ZoneInfo

from central.domain.problems import Problem, ProblemCode
from central.payments.documents import AtOnce
from central.payments.methods import Method
from central.payments.service import Start
from central.refunds.rules.amounts import WantedRefund
from central.sales.orders import Order
from central.sales.rules.pricing import OrderState
from hardware_sims.payment_institutions.faults import Fault, Operation
from hardware_sims.payment_institutions.trades import Manner
from protocol.instants import Instant, local_day, plus
from tests.builders.office import once
from tests.builders.payment_books import check
from tests.builders.payment_premises import Premises
from tests.builders.world import Violation

ZONE = ZoneInfo("Asia/Shanghai")
PRICE_FEN = 8000
MOST_STEPS = 400
QUIET_S = 600
# What a seller at the window is told when the visitor comes too late; none of it is a fault.
TOLD = frozenset({ProblemCode.ORDER_STATE, ProblemCode.TICKET_STATE, ProblemCode.REFUND_STATE})
COUNTED = tuple(fault for fault in Fault if fault is not Fault.KEY_ROTATION)
WIRE = (Fault.LOST_REPLY, Fault.SILENT, Fault.SYSTEM_ERROR, Fault.SYSTEM_ERROR_AFTER)
# The calls that one fault of the wire hits together: all that change something, or an action and the queries about it.
BLIND = (
    None,
    frozenset({Operation.ORDER, Operation.PAY_CODE, Operation.QUERY}),
    frozenset({Operation.CLOSE, Operation.REVERSE, Operation.QUERY}),
    frozenset({Operation.REFUND, Operation.REFUND_QUERY}),
)
Act = Callable[[], Awaitable[object]]


class Schedule:
    """One order, from its making to its end. The same seed gives the same schedule.

    `pace_s` is how long the office's jobs wait before they look again.
    """

    def __init__(self, premises: Premises, seed: int) -> None:
        self.premises = premises
        self.seed = seed
        self.chance = Random(seed)  # noqa: S311 - a seed repeats the schedule
        self.method = self.chance.choice((Method.WECHAT, Method.ALIPAY))
        self.server = premises.server(self.method)
        self.quantity = self.chance.choice((1, 1, 2))
        self.pace_s = self.chance.choice((1, 60, 120, 300, 300))
        self.order_id = 0
        self.begun: list[int] = []
        self.trace: list[object] = [self.method, self.quantity]
        self._ready: deque[Act] = deque()
        self._planned = 0
        self._keys = 0

    async def run(self) -> list[object]:
        """Play it, let everything come to its end, and check every invariant; return what happened."""
        await self._hold()
        self._plan()
        for _ in range(MOST_STEPS):
            while self._ready:
                await self._done(self._ready.popleft())
            due = await self.premises.due()
            await self.premises.work(due)
            following = self._next((await self.premises.due()).first)
            if following is None:
                break
            await self.premises.until(following)
        else:
            raise Violation("everything ends", self.trace)
        self.trace += await check(self.premises, self.server, self.order_id, self.quantity * PRICE_FEN)
        return self.trace

    def _next(self, due: Instant | None) -> Instant | None:
        """Return when the next event comes; None where no event can change anything any more."""
        now, theirs = self.premises.clock(), self.premises.next_at_institutions()
        late = None if due is None else Instant(max(due, plus(now, seconds=self.pace_s)))
        if late is None and not self._planned and (theirs is None or theirs > plus(now, seconds=QUIET_S)):
            return None
        return Instant(max(now, min(one for one in (late, theirs) if one is not None)))

    async def _done(self, act: Act) -> None:
        try:
            if not await self.premises.survived(act) and self.chance.random() < 0.7:
                self._ready.appendleft(act)  # a client without an answer asks again, with the same key
        except Problem as problem:
            if problem.code not in TOLD:
                raise
            self.trace.append(problem.code)

    def _at(self, after_s: float, act: Act) -> None:
        def fall_due() -> None:
            self._planned -= 1
            self._ready.append(act)

        self._planned += 1
        self.premises.timers.call_after(after_s, fall_due)

    def _key(self) -> str:
        self._keys += 1
        return f"schedule-{self.premises.clock()}-{self.seed}-{self._keys}"

    async def _hold(self) -> None:
        for fault in Fault:
            self.server.desk.faults.switch(fault, on=False)
        self.premises.life.left = None
        office, today = self.premises.office, local_day(self.premises.clock(), ZONE)
        one = next(iter(await office.catalog.all_ticket_types()), None) or await office.ticket_type(PRICE_FEN)
        self.order_id = (await office.hold(one, self._key(), quantity=self.quantity, visit=today)).order_id

    def _plan(self) -> None:
        chance = self.chance
        if chance.random() < 0.3:
            self.server.desk.faults.switch(Fault.LOST_REPLY, count=chance.choice((2, 4, 8, 20)), operations=BLIND[1])
        for _ in range(chance.randrange(4)):
            self._spoil()
        self._at(0, self._payment())
        others: list[Callable[[], Act]] = [*[self._payment] * 3, *[self._fault] * 3, *[self._refund] * 3, *[self._death] * 2]
        others += [self._giving_up, self._cancelling, self._cash, self._restart]
        for _ in range(chance.randrange(6)):
            self._at(chance.choice((1, 7, 20, 50, 100, 300, 700)) * chance.random(), chance.choice(others)())
        for _ in range(chance.randrange(self.quantity + 1)):
            self._at(chance.uniform(60, 1200), self._refund())

    def _spoil(self) -> None:
        """Cause a fault at the institution: a few times or, with its keys, from now on."""
        chance, faults = self.chance, self.server.desk.faults
        fault = chance.choice((*Fault, *WIRE))
        operations = chance.choice(BLIND) if fault in WIRE else None
        faults.switch(fault, count=chance.choice((1, 1, 2, 4, 8)) if fault in COUNTED else None, operations=operations)
        self.trace.append(fault)

    def _fault(self) -> Act:
        async def spoil() -> None:
            self._spoil()

        return spoil

    def _death(self) -> Act:
        points = self.chance.randrange(14)

        async def doom() -> None:
            self.premises.life.left = points
            self.trace.append(f"dies in {points}")

        return doom

    def _restart(self) -> Act:
        async def restart() -> None:
            self.premises.restart()

        return restart

    def _payment(self) -> Act:
        """Begin a payment, by the payer's code or by a QR; chance decides what the payer does."""
        key, manner = self._key(), self.chance.choice((Manner.PAYS, *Manner))
        code = None if self.chance.random() < 0.5 else self.server.desk.make_auth_code("visitor", manner)
        decides = self.chance.choice((self._confirms, self._confirms, self._declines, self._looks, None))
        after_s = self.chance.choice((0, 3, 12, 30, 60, 900, 1200)) * self.chance.random()

        async def start() -> None:
            office = self.premises.office
            wanted = Start(self.order_id, self.method, code, office.seller)
            payment = await office.payments.start(wanted, once(key), self.premises.clock())
            self.trace.append(("started", payment.document.presentation, payment.document.state))
            is_seen = payment.qr is not None if code is None else manner is Manner.ASKS_PASSWORD
            assert payment.number is not None, "an institution's payment has a number"
            if payment.payment_id not in self.begun and is_seen and decides is not None:
                self._at(after_s, decides(payment.number))
            self.begun.append(payment.payment_id)

        return start

    def _confirms(self, number: str) -> Act:
        async def confirm() -> None:
            self.server.desk.scan(number)
            self.trace.append(type(self.server.desk.confirm(number, "visitor")).__name__)

        return confirm

    def _declines(self, number: str) -> Act:
        async def decline() -> None:
            self.server.desk.decline(number)

        return decline

    def _looks(self, number: str) -> Act:
        async def look() -> None:
            self.server.desk.scan(number)

        return look

    def _giving_up(self) -> Act:
        async def give_up() -> None:
            if self.begun:
                await self.premises.office.payments.give_up(self.begun[-1])

        return give_up

    def _cancelling(self) -> Act:
        async def cancel() -> None:
            await self.premises.office.sales.cancel(self.order_id, self.premises.office.seller, self.premises.clock())

        return cancel

    def _cash(self) -> Act:
        key = self._key()

        async def pay() -> None:
            office = self.premises.office
            await office.payments.pay_at_once(self.order_id, AtOnce(Method.CASH, office.seller), once(key), self.premises.clock())

        return pay

    def _refund(self) -> Act:
        key, place = self._key(), self.chance.randrange(self.quantity)

        async def refund() -> None:
            office, now = self.premises.office, self.premises.clock()
            order: Order = await office.sales.order(self.order_id)
            if order.state is OrderState.PAID:
                wanted = WantedRefund(order.tickets[place].ticket_id, "rain")
                await office.refunds.request(wanted, once(key), office.seller, now)
                await self.premises.settle_refunds()

        return refund
