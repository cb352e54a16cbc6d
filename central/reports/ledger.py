"""The ledger as finance reads it: each account's balance at an instant, and the movements page by page, newest first.

Laws: all balances at one instant sum to zero for a person who sees all (law 12); others see the movements of the orders in
their scope, and the balances that these make.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlmodel import col
from sqlmodel import select as select_rows

from central.catalog.rules.business_days import business_days
from central.payments.rules.accounts import Account, AccountKind, account_of, of_site
from central.reports.filters import Wanted, equal, narrowed, sites_of
from central.reports.listing import Position, after, newest_first
from central.sales.data_scope import Conditions, Sight
from central.store.tables.money import LedgerRow, OrderRow
from central.store.unit_of_work import Work
from protocol.instants import Instant

_KEYSET = col(LedgerRow.posted_at), col(LedgerRow.id)


@dataclass(frozen=True, slots=True)
class Balance:
    """An account: what came in, what went out, and what is left."""

    account: Account
    in_fen: int
    out_fen: int

    @property
    def balance_fen(self) -> int:
        """Return what came in less what went out."""
        return self.in_fen - self.out_fen


@dataclass(frozen=True, slots=True)
class WantedEntries:
    """Which movements, beside `wanted`: its site, days and order, and the seller and channel of the order."""

    wanted: Wanted
    account: str | None = None
    payment_id: int | None = None
    refund_id: int | None = None
    shift_id: int | None = None
    difference_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A movement: `amount_fen` went out of `credit` and into `debit`."""

    entry_id: int
    posted_at: Instant
    debit: Account
    credit: Account
    amount_fen: int
    order_id: int | None
    payment_id: int | None
    refund_id: int | None
    shift_id: int | None
    difference_id: int | None
    agency_id: int | None
    posted_by: int | None


async def end_of_business_day(work: Work, day: date, site_id: int | None) -> Instant | None:
    """Return when a business day ends at a site, or at the last of all sites; None where there is no such site."""
    ends = [business_days(site.parameters).span(day, day).until for site in await sites_of(work, site_id)]
    return max(ends, default=None)


async def balances(work: Work, until: Instant | None, sight: Sight) -> tuple[Balance, ...]:
    """Return the accounts that anything moved, by their kinds: now, or just before an instant."""
    row = LedgerRow
    legs = col(row.debit), col(row.credit)
    query: Select[*tuple[Any, ...]] = select(*legs, func.sum(col(row.amount_fen)))
    query = query.where(*([] if until is None else [col(row.posted_at) < until]))
    seen = sight.of(col(OrderRow.seller_id), col(OrderRow.channel))
    if seen:
        query = query.join(OrderRow, col(OrderRow.id) == col(row.order_id)).where(*seen)
    rows = (await (await work.connection()).execute(query.group_by(*legs))).all()
    return folded((debit, credit, int(amount_fen)) for debit, credit, amount_fen in map(tuple, rows))


def folded(moved: Iterable[tuple[str, str, int]]) -> tuple[Balance, ...]:
    """Return the balances that sums between two accounts (debit, credit) make."""
    found: dict[str, list[int]] = {}
    for debit, credit, amount_fen in moved:
        found.setdefault(debit, [0, 0])[0] += amount_fen
        found.setdefault(credit, [0, 0])[1] += amount_fen
    order = list(AccountKind)
    some = [Balance(account_of(name), came, went) for name, (came, went) in found.items()]
    return tuple(sorted(some, key=lambda one: (order.index(one.account.kind), len(one.account.account), one.account.account)))


async def entries(work: Work, wanted: WantedEntries, sight: Sight, position: Position | None, limit: int) -> tuple[Entry, ...]:
    """Return so many movements at most, newest first, or those after a position."""
    query = select_rows(LedgerRow).join(OrderRow, col(OrderRow.id) == col(LedgerRow.order_id), isouter=True)
    query = query.where(*await _conditions(work, wanted, sight), *after(_KEYSET, position))
    rows = (await work.session.exec(query.order_by(*newest_first(_KEYSET)).limit(limit))).all()
    return tuple(_entry(row) for row in rows)


async def _conditions(work: Work, wanted: WantedEntries, sight: Sight) -> Conditions:
    row, found = LedgerRow, await narrowed(work, wanted.wanted, sight)
    conditions = found.sold(col(OrderRow.seller_id), col(OrderRow.channel)) + equal(
        (col(row.order_id), wanted.wanted.order_id),
        (col(row.payment_id), wanted.payment_id),
        (col(row.refund_id), wanted.refund_id),
        (col(row.shift_id), wanted.shift_id),
        (col(row.difference_id), wanted.difference_id),
    )
    if wanted.account is not None:
        conditions.append(or_(col(row.debit) == wanted.account, col(row.credit) == wanted.account))
    if wanted.wanted.site_id is not None:
        names = of_site(wanted.wanted.site_id)
        at_site = col(OrderRow.site_id) == wanted.wanted.site_id
        conditions.append(or_(at_site, col(row.debit).in_(names), col(row.credit).in_(names)))
    if found.times:
        conditions.append(col(row.posted_at) >= min(span.since for _, span in found.times))
        conditions.append(col(row.posted_at) < max(span.until for _, span in found.times))
    return conditions


def _entry(row: LedgerRow) -> Entry:
    assert row.id is not None, "a stored movement has its number"
    return Entry(
        entry_id=row.id,
        posted_at=row.posted_at,
        debit=account_of(row.debit),
        credit=account_of(row.credit),
        amount_fen=row.amount_fen,
        order_id=row.order_id,
        payment_id=row.payment_id,
        refund_id=row.refund_id,
        shift_id=row.shift_id,
        difference_id=row.difference_id,
        agency_id=row.agency_id,
        posted_by=row.posted_by,
    )


async def balances_of_day(
    work: Work, day: date | None, site_id: int | None, sight: Sight
) -> tuple[Instant | None, tuple[Balance, ...]]:
    """Return the balances of a site's accounts, or of all, now or at the end of a business day; with that instant."""
    until = None if day is None else await end_of_business_day(work, day, site_id)
    found = await balances(work, until, sight)
    return until, tuple(one for one in found if site_id in (None, one.account.site_id))
