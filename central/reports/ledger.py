"""The movements of the ledger as finance reads them, page by page, newest first.

Law: what belongs to no order is shown only to a person whose scope is all.
"""

from dataclasses import dataclass

from sqlalchemy import or_
from sqlmodel import col
from sqlmodel import select as select_rows

from central.payments.rules.accounts import Account, account_of, of_site
from central.reports.filters import Wanted, equal, narrowed
from central.reports.listing import Position, after, newest_first
from central.sales.data_scope import Conditions, Sight
from central.store.tables.money import LedgerRow, OrderRow
from central.store.unit_of_work import Work
from protocol.instants import Instant

_KEYSET = col(LedgerRow.posted_at), col(LedgerRow.id)


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
