"""The balances of the ledger's accounts, now or just before an instant.

Laws: all balances at one instant sum to zero for a person who sees all (law 12); others see what the orders in their scope make.
A kept balance is of an instant before which nothing can still be uncommitted, so that later movements only add to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlmodel import col

from central.catalog.rules.business_days import business_days
from central.payments.rules.accounts import Account, AccountKind, account_of
from central.reports.daily_totals import SETTLED_AFTER_MS
from central.reports.filters import sites_of
from central.sales.data_scope import EVERYTHING, Sight
from central.store.tables.money import LedgerRow, OrderRow
from central.store.tables.reports import AccountBalanceRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_missing
from protocol.instants import MS_PER_MINUTE, Instant

KEPT_EVERY_MS = 24 * 60 * MS_PER_MINUTE
_NOTHING_BEFORE = Instant(0)
Held = dict[str, int]


@dataclass(frozen=True, slots=True)
class Balance:
    """An account, and what came in less what went out; what was sold stands below zero."""

    account: Account
    balance_fen: int


async def balances_of_day(
    work: Work, day: date | None, site_id: int | None, sight: Sight
) -> tuple[Instant | None, tuple[Balance, ...]]:
    """Return what a site's accounts hold, or all, now or at the end of a business day; with that instant.

    Without a site, a day ends when it ends at the last of the sites. Accounts that hold nothing are left out.
    """
    ends = [] if day is None else [business_days(site.parameters).span(day, day).until for site in await sites_of(work, site_id)]
    until = max(ends, default=None)
    found = in_order(await held(work, until, sight))
    return until, tuple(one for one in found if site_id in (None, one.account.site_id))


def in_order(balances: Mapping[str, int]) -> tuple[Balance, ...]:
    """Return the accounts that hold anything, by their kinds."""
    kinds = list(AccountKind)
    some = [Balance(account_of(name), balance_fen) for name, balance_fen in balances.items() if balance_fen]
    return tuple(sorted(some, key=lambda one: (kinds.index(one.account.kind), len(one.account.account), one.account.account)))


async def held(work: Work, until: Instant | None, sight: Sight) -> Held:
    """Return what each account holds in fen, now or just before an instant."""
    seen = sight.of(col(OrderRow.seller_id), col(OrderRow.channel))
    since, found = (_NOTHING_BEFORE, {}) if seen else await _kept(work, until)
    row = LedgerRow
    legs = col(row.debit), col(row.credit)
    query: Select[*tuple[Any, ...]] = select(*legs, func.sum(col(row.amount_fen))).where(col(row.posted_at) >= since)
    query = query.where(*([] if until is None else [col(row.posted_at) < until]))
    if seen:
        query = query.join(OrderRow, col(OrderRow.id) == col(row.order_id)).where(*seen)
    for debit, credit, amount_fen in map(tuple, (await (await work.connection()).execute(query.group_by(*legs))).all()):
        found[debit] = found.get(debit, 0) + int(amount_fen)
        found[credit] = found.get(credit, 0) - int(amount_fen)
    return found


async def keep(store: Store, now: Instant) -> None:
    """Keep the balances of the latest day of UTC that can no longer change. A job."""
    until = Instant((now - SETTLED_AFTER_MS) // KEPT_EVERY_MS * KEPT_EVERY_MS)
    async with store.reading() as work:
        is_kept = await _latest(work, until) == until
    if is_kept:
        return
    async with store.querying() as work:
        found = await held(work, until, EVERYTHING)
    async with store.transaction() as work:
        rows = [{"until": until, "account": name, "balance_fen": fen} for name, fen in found.items() if fen]
        await insert_missing(await work.connection(), AccountBalanceRow, rows)


async def _kept(work: Work, until: Instant | None) -> tuple[Instant, Held]:
    """Return the latest kept balances that an instant does not precede, and their own instant."""
    latest = await _latest(work, until)
    if latest is None:
        return _NOTHING_BEFORE, {}
    row = AccountBalanceRow
    query = select(col(row.account), col(row.balance_fen)).where(col(row.until) == latest)
    rows = (await (await work.connection()).execute(query)).all()
    return latest, {account: int(balance_fen) for account, balance_fen in rows}


async def _latest(work: Work, until: Instant | None) -> Instant | None:
    kept = col(AccountBalanceRow.until)
    query = select(func.max(kept)).where(*([] if until is None else [kept <= until]))
    found = (await (await work.connection()).execute(query)).scalar_one()
    return None if found is None else Instant(found)
