"""Sellers' shifts (交班): opened with a float, counted blind, closed, handed over.

Laws: a seller learns what the drawer should hold only after the count; what is over or short is posted, never lost; for cash that
was left for the next seller, it is always known where it is (law 12).
"""

from dataclasses import dataclass

from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.domain.idempotency import IdempotencyKey
from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.identity.colleagues import colleagues, is_colleague
from central.identity.permissions import Permission
from central.payments import documents, ledger
from central.payments.documents import Taken
from central.payments.ledger import Movement
from central.shifts import rows
from central.shifts.messages import NOTHING_FOR_YOU, NOTHING_WAITS, OTHER_SUM_LEFT, SHIFT_CLOSED, TAKES_NO_CASH
from central.shifts.rows import Shift, shift_of
from central.shifts.rules.drawer import Count, drawer_of, require_left
from central.store.idempotency import first_use, remember
from central.store.tables.shifts import ShiftRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId
from protocol.instants import Instant, to_datetime

NOTHING_YET = 0
OPENS_SHIFTS = Permission.SALES_SELL


@dataclass(frozen=True, slots=True)
class Opening:
    """A shift to open with so much change, from the safe or as another seller left it."""

    site_id: SiteId
    float_fen: int
    from_shift_id: int | None


@dataclass(frozen=True, slots=True)
class Closing:
    """The count, the part of it that stays in the drawer for the next seller, and a note."""

    count: Count
    left_fen: int
    left_to: int | None
    note: str | None


class CashShifts:
    """Keeps the shifts."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def open(self, wanted: Opening, seller: Principal, now: Instant) -> Shift:
        """Open the seller's shift.

        Problem where one is open, or the sum that is taken over differs from the sum that was left.
        """
        async with self._store.transaction() as work:
            await catalog.site(work, wanted.site_id)
            source = await self._source(work, wanted, seller, now)
            channel, number = seller.channel, seller.user_id
            new = Shift(NOTHING_YET, wanted.site_id, number, channel, now, wanted.float_fen, wanted.from_shift_id, None)
            shift_id = await rows.insert_open(work, new)
            movement = Movement(ledger.cash(number), source, wanted.float_fen, shift_id=shift_id)
            ledger.post(work, movement, number, now)
            audit.record(work, now, number, "shift.open", f"shift:{shift_id}", float_fen=wanted.float_fen)
            return shift_of(await rows.locked(work, shift_id))

    async def own(self, seller_id: int) -> Shift:
        """Return the seller's open shift; Problem where none is open."""
        async with self._store.reading() as work:
            return shift_of(await rows.locked_open(work, seller_id))

    async def successors(self, seller_id: int, text: str | None) -> tuple[int, ...]:
        """Return who may take over the cash of the seller's open shift, by name: who may open a shift, at any site.

        `text` is a part of the name. Problem where no shift is open.
        """
        async with self._store.reading() as work:
            await rows.locked_open(work, seller_id)
            return await colleagues(work, OPENS_SHIFTS, seller_id, text)

    async def hand_in(self, amount_fen: int, seller_id: int, once: IdempotencyKey, now: Instant) -> Shift:
        """Bring cash of the own drawer to the safe (交款) while the shift goes on."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return shift_of(await rows.locked(work, int(earlier.outcome)))
            row = await rows.locked_open(work, seller_id)
            movement = Movement(ledger.safe(row.site_id), ledger.cash(seller_id), amount_fen, shift_id=row.id)
            ledger.post(work, movement, seller_id, now)
            audit.record(work, now, seller_id, "shift.hand-in", f"shift:{row.id}", amount_fen=amount_fen)
            await remember(work, once.scope, once.key, str(row.id))
            return shift_of(row)

    async def close_own(self, wanted: Closing, seller_id: int, now: Instant) -> Shift:
        """Close the seller's own shift by the seller's count."""
        async with self._store.transaction() as work:
            return await self._close(work, await rows.locked_open(work, seller_id), wanted, seller_id, now)

    async def close(self, shift_id: int, wanted: Closing, by: Principal, now: Instant) -> Shift:
        """Close a shift that its seller has left open, by another user's count; Problem where it is closed."""
        async with self._store.transaction() as work:
            row = await rows.locked(work, shift_id)
            _require_sight(row, by)
            if row.open_of is None:
                raise Problem(ProblemCode.SHIFT_STATE, SHIFT_CLOSED.of())
            return await self._close(work, row, wanted, by.user_id, now)

    async def to_safe(self, shift_id: int, by: Principal, now: Instant) -> Shift:
        """Put into the safe the cash that a shift left for a seller who did not take it over."""
        async with self._store.transaction() as work:
            row = await rows.locked(work, shift_id)
            _require_sight(row, by)
            if not row.left_fen or row.left_until is not None:
                raise Problem(ProblemCode.SHIFT_STATE, NOTHING_WAITS.of())
            changes = changes_between({"left_until": None}, {"left_until": to_datetime(now)})
            row.left_until = now
            work.session.add(row)
            ledger.post(work, Movement(ledger.safe(row.site_id), ledger.handed(shift_id), row.left_fen), by.user_id, now)
            audit.record(work, now, by.user_id, "shift.to-safe", f"shift:{shift_id}", amount_fen=row.left_fen, changes=changes)
            return shift_of(row)

    async def shift(self, shift_id: int, who: Principal) -> Shift:
        """Return a shift within the caller's data scope; else Problem."""
        async with self._store.reading() as work:
            row = await work.session.get(ShiftRow, shift_id)
            if row is None:
                raise rows.not_there(shift_id)
            _require_sight(row, who)
            return shift_of(row)

    async def taken(self, shift: Shift) -> tuple[Taken, ...]:
        """Return what the seller took in a closed shift by each method; nothing for an open one."""
        if shift.closed is None:
            return ()
        async with self._store.reading() as work:
            return await documents.taken_by(work, shift.seller_id, shift.opened_at, shift.closed.at)

    async def _source(self, work: Work, wanted: Opening, seller: Principal, now: Instant) -> str:
        """Return the account that the float comes from; cash that was left for the seller is marked as taken over."""
        if wanted.from_shift_id is None:
            return ledger.safe(wanted.site_id)
        row = await rows.locked(work, wanted.from_shift_id)
        if row.left_to != seller.user_id or row.left_until is not None or row.site_id != wanted.site_id:
            raise Problem(ProblemCode.SHIFT_STATE, NOTHING_FOR_YOU.of())
        if row.left_fen != wanted.float_fen:
            raise wrong_field(ProblemCode.SHIFT_STATE, "float_fen", OTHER_SUM_LEFT.of())
        row.left_until = now
        work.session.add(row)
        return ledger.handed(wanted.from_shift_id)

    async def _close(self, work: Work, row: ShiftRow, wanted: Closing, by: int, now: Instant) -> Shift:
        assert row.id is not None, "a stored shift has its number"
        require_left(wanted.count.fen, wanted.left_fen, wanted.left_to)
        next_seller = wanted.left_to
        if next_seller is not None and not await is_colleague(work, OPENS_SHIFTS, row.seller_id, next_seller):
            raise wrong_field(ProblemCode.NOT_FOUND, "left_to", TAKES_NO_CASH.of(user_id=next_seller))
        drawer = drawer_of(await ledger.flows_of_shift(work, row.id, ledger.cash(row.seller_id)))
        over_fen = wanted.count.fen - drawer.expected_fen
        for movement in _emptied(row, row.id, over_fen, wanted):
            ledger.post(work, movement, by, now)
        changes = changes_between({"is_open": row.open_of is not None}, {"is_open": False, "left_fen": wanted.left_fen})
        row.open_of, row.closed_at, row.closed_by, row.note = None, now, by, wanted.note
        row.sold_fen, row.refunded_fen, row.other_fen = drawer.sold_fen, drawer.refunded_fen, drawer.other_fen
        row.handed_in_fen, row.counted_fen = drawer.handed_in_fen, wanted.count.fen
        row.counted = {str(value): number for value, number in wanted.count.pieces.items()}
        row.left_fen, row.left_to = wanted.left_fen, wanted.left_to
        work.session.add(row)
        said = {"counted_fen": wanted.count.fen, "over_fen": over_fen}
        audit.record(work, now, by, "shift.close", f"shift:{row.id}", changes=changes, **said)
        return shift_of(row)


def _emptied(row: ShiftRow, shift_id: int, over_fen: int, wanted: Closing) -> tuple[Movement, ...]:
    """Return the movements that empty a drawer: what was over or short, then what goes to the safe and to the next seller."""
    drawer, over_short = ledger.cash(row.seller_id), ledger.over_short(row.site_id)
    into, out_of = (drawer, over_short) if over_fen > 0 else (over_short, drawer)
    return (
        Movement(into, out_of, abs(over_fen), shift_id=shift_id),
        Movement(ledger.safe(row.site_id), drawer, wanted.count.fen - wanted.left_fen, shift_id=shift_id),
        Movement(ledger.handed(shift_id), drawer, wanted.left_fen, shift_id=shift_id),
    )


def _require_sight(row: ShiftRow, who: Principal) -> None:
    """Raise Problem where a shift lies outside of the caller's data scope, as if it did not exist."""
    seen = {
        DataScope.OWN: row.seller_id == who.user_id,
        DataScope.CHANNEL: row.channel == who.channel,
        DataScope.ALL: True,
    }
    if not seen[who.scope]:
        raise rows.not_there(row.id or 0)
