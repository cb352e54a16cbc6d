"""An agency's statement: its balance and its credit before a period, the movements, and both after the period.

Laws: a statement consists only of the ledger's movements of the agency, so that opening balance, entries and closing balance
agree to the fen (law 12); days are the business days of the agency's site, both included.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlmodel import col
from sqlmodel import select as select_rows

from central.agencies.rules.contracts import EntryKind, ReceiptKind, kind_of
from central.catalog.rules.business_days import Span
from central.payments import ledger
from central.store.tables.agencies import AgencyReceiptRow
from central.store.tables.money import LedgerRow
from central.store.unit_of_work import Work
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class Funds:
    """An agency's funds: a balance, and what it owes on account."""

    prepaid_fen: int
    owed_fen: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One movement: what it added to the balance, or to the debt. `method` and `reference` belong to the agency's payment."""

    entry_id: int
    posted_at: Instant
    kind: EntryKind
    order_id: int | None
    method: str | None
    reference: str | None
    prepaid_fen: int
    owed_fen: int


async def funds_before(work: Work, agency_id: int, until: Instant) -> Funds:
    """Return an agency's funds just before an instant."""
    of_agency = (col(LedgerRow.agency_id) == agency_id, col(LedgerRow.posted_at) < until)
    prepaid, owed = ledger.agency_prepaid(agency_id), ledger.agency_owed(agency_id)
    sums = [_sum(column == account) for account in (prepaid, owed) for column in (col(LedgerRow.credit), col(LedgerRow.debit))]
    found = (await (await work.connection()).execute(select(*sums).where(*of_agency))).one()
    prepaid_in, prepaid_out, owed_out, owed_in = (int(value or 0) for value in found)
    return Funds(prepaid_in - prepaid_out, owed_in - owed_out)


async def entries(work: Work, agency_id: int, span: Span, after: int, limit: int) -> tuple[Entry, ...]:
    """Return the movements of an agency's accounts in a time, oldest first, after an entry."""
    query = select_rows(LedgerRow, AgencyReceiptRow).join(
        AgencyReceiptRow, col(AgencyReceiptRow.id) == col(LedgerRow.receipt_id), isouter=True
    )
    of_agency = (col(LedgerRow.agency_id) == agency_id, col(LedgerRow.id) > after)
    query = query.where(*of_agency, col(LedgerRow.posted_at) >= span.since, col(LedgerRow.posted_at) < span.until)
    rows: Sequence[tuple[LedgerRow, AgencyReceiptRow | None]]
    rows = (await work.session.exec(query.order_by(col(LedgerRow.id)).limit(limit))).all()
    return tuple(_entry(agency_id, row, receipt) for row, receipt in rows)


def _sum(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.sum(col(LedgerRow.amount_fen)).filter(which)


def _entry(agency_id: int, row: LedgerRow, receipt: AgencyReceiptRow | None) -> Entry:
    assert row.id is not None, "a stored movement has its number"
    prepaid, owed = ledger.agency_prepaid(agency_id), ledger.agency_owed(agency_id)
    kind = None if receipt is None else ReceiptKind(receipt.kind)
    return Entry(
        entry_id=row.id,
        posted_at=row.posted_at,
        kind=kind_of(kind, is_refund=row.refund_id is not None, is_charge=row.debit in (prepaid, owed)),
        order_id=row.order_id,
        method=None if receipt is None else receipt.method,
        reference=None if receipt is None else receipt.reference,
        prepaid_fen=row.amount_fen * ((row.credit == prepaid) - (row.debit == prepaid)),
        owed_fen=row.amount_fen * ((row.debit == owed) - (row.credit == owed)),
    )
