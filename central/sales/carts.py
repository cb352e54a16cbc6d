"""Suspended carts (挂单): a seller sets one aside under a name, serves the next visitor, and recalls it later (取单).

Laws: a cart holds no places and promises no price; only its seller has it; what it says of visitors is sealed, and deleted when
the cart is dropped or its time is over (law 9). A recalled cart stays until then, out of the list, so that a lost answer loses
nothing.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, delete, func, select

from central.audit import service as audit
from central.catalog import service as catalog
from central.domain.idempotency import IdempotencyKey
from central.domain.problems import Problem, ProblemCode
from central.sales.messages import CARTS_FULL, NO_CART
from central.store.idempotency import first_use, remember
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.carts import SuspendedCartRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId
from protocol.instants import Instant, plus

# The length of a shift.
KEPT_S = 12 * 3600
MOST_CARTS = 50


@dataclass(frozen=True, slots=True)
class Draft:
    """A cart as its seller's screen states it: the JSON for a quote."""

    site_id: SiteId
    name: str
    tickets: int
    stated: str


@dataclass(frozen=True, slots=True)
class Cart:
    """A cart that is set aside until `expires_at`."""

    cart_id: int
    draft: Draft
    created_at: Instant
    expires_at: Instant


class Carts:
    """Keeps carts that are not sold yet."""

    def __init__(self, store: Store, seal: FieldSeal) -> None:
        """Take the store, and the seal for what a cart says of visitors."""
        self._store = store
        self._seal = seal

    async def suspend(self, draft: Draft, once: IdempotencyKey, by: int, now: Instant) -> Cart:
        """Set a cart aside; Problem where there is no such site, or the seller has too many."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is not None:
                once.require_same(earlier.fingerprint)
                return self._cart(await _own(work, int(earlier.outcome), by, now))
            await catalog.site(work, draft.site_id)
            await _require_room(work, by, now)
            row = SuspendedCartRow(
                seller_id=by,
                site_id=draft.site_id,
                name=draft.name,
                tickets=draft.tickets,
                cart_sealed=b"",
                created_at=now,
                expires_at=plus(now, seconds=KEPT_S),
            )
            work.session.add(row)
            await work.session.flush()
            row.cart_sealed = self._seal.seal(draft.stated, _place(row))
            await remember(work, once.scope, once.key, str(row.id))
            audit.record(work, now, by, "cart.suspend", f"cart:{row.id}", tickets=draft.tickets)
            return self._cart(row)

    async def carts(self, by: int, now: Instant) -> tuple[Cart, ...]:
        """Return the carts that a seller has set aside and not recalled, newest first."""
        waiting = (*_standing(by, now), col(SuspendedCartRow.recalled_at).is_(None))
        query = select(SuspendedCartRow).where(*waiting).order_by(col(SuspendedCartRow.id).desc()).limit(MOST_CARTS)
        async with self._store.reading() as work:
            return tuple(self._cart(row) for row in (await work.session.exec(query)).all())

    async def recall(self, cart_id: int, by: int, now: Instant) -> Cart:
        """Recall a cart; Problem where the seller has none of that number, or its time is over."""
        async with self._store.transaction() as work:
            row = await _own(work, cart_id, by, now)
            row.recalled_at = row.recalled_at or now
            work.session.add(row)
            audit.record(work, now, by, "cart.recall", f"cart:{cart_id}")
            return self._cart(row)

    async def drop(self, cart_id: int, by: int, now: Instant) -> None:
        """Delete a cart; Problem as for a recall."""
        async with self._store.transaction() as work:
            await work.session.delete(await _own(work, cart_id, by, now))
            audit.record(work, now, by, "cart.drop", f"cart:{cart_id}")

    async def expire(self, now: Instant) -> int:
        """Delete the carts whose time is over; return how many. A job."""
        over = col(SuspendedCartRow.expires_at) <= now
        async with self._store.reading() as work:
            found = (await work.session.exec(select(func.count()).select_from(SuspendedCartRow).where(over))).one()
        if found:
            async with self._store.transaction() as work:
                await work.session.exec(delete(SuspendedCartRow).where(over))
        return found

    def _cart(self, row: SuspendedCartRow) -> Cart:
        assert row.id is not None, "a stored cart has its number"
        draft = Draft(row.site_id, row.name, row.tickets, self._seal.open(row.cart_sealed, _place(row)))
        return Cart(row.id, draft, row.created_at, row.expires_at)


def _standing(by: int, now: Instant) -> tuple[ColumnElement[bool], ...]:
    return col(SuspendedCartRow.seller_id) == by, col(SuspendedCartRow.expires_at) > now


async def _require_room(work: Work, by: int, now: Instant) -> None:
    query = select(func.count()).select_from(SuspendedCartRow).where(*_standing(by, now))
    if (await work.session.exec(query)).one() >= MOST_CARTS:
        raise Problem(ProblemCode.CONFLICT, CARTS_FULL.of(most=MOST_CARTS))


async def _own(work: Work, cart_id: int, by: int, now: Instant) -> SuspendedCartRow:
    query = select(SuspendedCartRow).where(col(SuspendedCartRow.id) == cart_id, *_standing(by, now))
    row = (await work.session.exec(query.with_for_update())).first()
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_CART.of(cart_id=cart_id))
    return row


def _place(row: SuspendedCartRow) -> SealedField:
    return SealedField("suspended_cart", "cart", str(row.id))
