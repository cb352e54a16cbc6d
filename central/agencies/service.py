"""Travel agencies (旅行社): their contracts, their payments, and their statements.

Laws: a balance and a credit move with the ledger in one transaction; an agency is disabled, never deleted; a disabled agency
cannot buy, and its money stays; the same Idempotency-Key takes money once; every change is audited.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select

from central.agencies import rows, statements
from central.agencies.messages import AGENCY_MAY_BUY, TOO_MANY_PRICES
from central.agencies.rows import Agency, AgencyWish, WantedAgencies, agency_of
from central.agencies.rules.contracts import ContractPrice, ReceiptKind, require_prices_apart
from central.agencies.statements import Entry, Funds
from central.audit import service as audit
from central.audit import versions
from central.audit.rules.changes import Changes, changes_between
from central.audit.versions import Edit
from central.catalog import service as catalog
from central.catalog.rules.business_days import Span, business_days
from central.domain.idempotency import IdempotencyKey
from central.domain.messages import NO_TICKET_TYPE
from central.domain.problems import Problem, ProblemCode
from central.payments import agency_funds, drawers, ledger
from central.payments.documents import AtOnce
from central.payments.ledger import Movement
from central.payments.methods import Method
from central.store.idempotency import first_use, remember
from central.store.sealed import FieldSeal
from central.store.tables.agencies import AgencyReceiptRow, AgencyRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant

MOST_PRICES = 500
# Names and phones of people are sealed at rest (law 9).
_PERSONAL = frozenset({"contacts"})


@dataclass(frozen=True, slots=True)
class Paying:
    """Money that an agency pays: for what, how much, and how."""

    agency_id: int
    kind: ReceiptKind
    amount_fen: int
    paid: AtOnce


@dataclass(frozen=True, slots=True)
class Period:
    """The agency and the days of a statement; both days included."""

    agency_id: int
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Statement:
    """An agency's balances before a period and after it."""

    opening: Funds
    closing: Funds


class Agencies:
    """Keeps the agencies."""

    def __init__(self, store: Store, seal: FieldSeal) -> None:
        """Take the store, and the seal for contacts."""
        self._store = store
        self._seal = seal

    async def agencies(self, wanted: WantedAgencies, after: int | None, limit: int) -> tuple[Agency, ...]:
        """Return agencies by number, those after a number."""
        query = select(AgencyRow).where(col(AgencyRow.id) > (after or 0), *wanted.conditions())
        query = query.order_by(col(AgencyRow.id)).limit(limit)
        async with self._store.reading() as work:
            return tuple(agency_of(row, self._seal) for row in (await work.session.exec(query)).all())

    async def agency(self, agency_id: int) -> Agency:
        """Return an agency; Problem where there is none."""
        async with self._store.reading() as work:
            return agency_of(await rows.existing(work, agency_id), self._seal)

    async def add(self, wish: AgencyWish, by: int, now: Instant) -> Agency:
        """Add an agency; Problem where its name is taken, or its site does not exist."""
        async with self._store.transaction() as work:
            await catalog.site(work, wish.site_id)
            await rows.require_free(work, wish.name, None)
            row = AgencyRow(
                site_id=wish.site_id,
                name=wish.name,
                contacts_sealed=b"",
                charges=wish.charges,
                is_disabled=wish.is_disabled,
                credit_limit_fen=wish.credit_limit_fen,
                prepaid_fen=0,
                owed_fen=0,
                created_at=now,
            )
            work.session.add(row)
            await work.session.flush()
            rows.write(work, row, wish, self._seal)
            changes = changes_between(None, wish, _PERSONAL)
            audit.record(work, now, by, "agency.add", f"agency:{row.id}", changes=changes)
            return agency_of(row, self._seal)

    async def change(self, agency_id: int, wish: AgencyWish, by: int, now: Instant, seen: int | None = None) -> Agency:
        """Change an agency; Problem where there is none, its name is taken, its site does not exist, or `seen` is stale."""
        subject = f"agency:{agency_id}"
        async with self._store.transaction() as work:
            row = await rows.existing(work, agency_id, lock=True)
            await versions.claim(work, subject, seen)
            await catalog.site(work, wish.site_id)
            await rows.require_free(work, wish.name, agency_id)
            changes = changes_between(agency_of(row, self._seal).wish, wish, _PERSONAL)
            rows.write(work, row, wish, self._seal)
            await versions.record(work, now, by, Edit(subject, "agency.change", changes))
            return agency_of(row, self._seal)

    async def prices(self, agency_id: int) -> tuple[ContractPrice, ...]:
        """Return an agency's contract prices; Problem where there is no such agency."""
        async with self._store.reading() as work:
            await rows.existing(work, agency_id)
            return await rows.prices_of(work, agency_id)

    async def set_prices(
        self, agency_id: int, prices: tuple[ContractPrice, ...], by: int, now: Instant, seen: int | None = None
    ) -> None:
        """Replace an agency's contract prices; sold tickets keep their price.

        Problem where two apply on one day, or the prices were changed since version `seen`.
        """
        require_prices_apart(prices)
        async with self._store.transaction() as work:
            await rows.existing(work, agency_id, lock=True)
            await versions.claim(work, _prices_of(agency_id), seen)
            known = await catalog.ticket_types(work, {one.type_id for one in prices})
            unknown = [one.type_id for one in prices if one.type_id not in known]
            if unknown:
                raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=unknown[0]))
            changes = _price_changes(await rows.prices_of(work, agency_id), prices)
            await rows.replace_prices(work, agency_id, prices)
            await versions.record(work, now, by, Edit(_prices_of(agency_id), "agency.prices", changes))

    async def import_prices(self, work: Work, agency_id: int, prices: tuple[ContractPrice, ...], by: int, now: Instant) -> None:
        """Replace an agency's prices of the types that these name, in the caller's transaction."""
        types = {one.type_id for one in prices}
        await rows.existing(work, agency_id, lock=True)
        before = await rows.prices_of(work, agency_id)
        kept = [one for one in before if one.type_id not in types]
        if len(kept) + len(prices) > MOST_PRICES:
            raise Problem(ProblemCode.CONFLICT, TOO_MANY_PRICES.of(agency_id=agency_id, most=MOST_PRICES))
        await rows.replace_prices(work, agency_id, (*kept, *prices))
        await versions.claim(work, _prices_of(agency_id), None)
        edit = Edit(_prices_of(agency_id), "agency.prices", _price_changes(before, (*kept, *prices)))
        await versions.record(work, now, by, edit, imported=len(prices))

    async def pay(self, paying: Paying, once: IdempotencyKey, now: Instant) -> Agency:
        """Receive an agency's money, into its balance or for what it owes; Problem where it owes less."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is None:
                await self._pay(work, paying, now)
                await remember(work, once.scope, once.key, str(paying.agency_id))
            else:
                once.require_same(earlier.fingerprint)
            return agency_of(await rows.existing(work, paying.agency_id), self._seal)

    async def pay_out(self, paying: Paying, once: IdempotencyKey, now: Instant) -> Agency:
        """Pay the rest of a balance back, when the contract has ended. Problem while the agency may still buy, or owes."""
        async with self._store.transaction() as work:
            earlier = await first_use(work, once.scope, once.key, once.fingerprint, now)
            if earlier is None:
                row = await rows.existing(work, paying.agency_id, lock=True)
                if not row.is_disabled:
                    raise Problem(ProblemCode.CONFLICT, AGENCY_MAY_BUY.of(name=row.name))
                await agency_funds.pay_out(work, paying.agency_id, paying.amount_fen)
                await self._note(work, row, paying, now)
                await remember(work, once.scope, once.key, str(paying.agency_id))
            else:
                once.require_same(earlier.fingerprint)
            return agency_of(await rows.existing(work, paying.agency_id), self._seal)

    async def statement(self, period: Period) -> Statement:
        """Return an agency's balances before a period and after it."""
        async with self._store.querying() as work:
            span = await _span(work, period)
            opening = await statements.funds_before(work, period.agency_id, span.since)
            return Statement(opening, await statements.funds_before(work, period.agency_id, span.until))

    async def entries(self, period: Period, after: int, limit: int) -> tuple[Entry, ...]:
        """Return the movements of an agency's accounts in a period, oldest first, after an entry."""
        async with self._store.querying() as work:
            return await statements.entries(work, period.agency_id, await _span(work, period), after, limit)

    async def _pay(self, work: Work, paying: Paying, now: Instant) -> None:
        row = await rows.existing(work, paying.agency_id)
        agency_id = paying.agency_id
        if paying.kind is ReceiptKind.TOP_UP:
            await agency_funds.top_up(work, agency_id, paying.amount_fen)
        else:
            await agency_funds.settle(work, agency_id, paying.amount_fen)
        await self._note(work, row, paying, now)

    async def _note(self, work: Work, row: AgencyRow, paying: Paying, now: Instant) -> None:
        """Store money that an agency paid or was paid, and move it in the ledger."""
        paid, agency_id = paying.paid, paying.agency_id
        is_cash = paid.method is Method.CASH
        shift_id = await drawers.shift_for_sale(work, row.site_id, paid.by) if is_cash else None
        receipt = AgencyReceiptRow(
            agency_id=agency_id,
            kind=paying.kind,
            method=paid.method,
            reference=paid.reference,
            amount_fen=paying.amount_fen,
            received_at=now,
            received_by=paid.by,
        )
        work.session.add(receipt)
        await work.session.flush()
        is_settlement, is_payout = paying.kind is ReceiptKind.SETTLEMENT, paying.kind is ReceiptKind.PAYOUT
        money = ledger.received(paid.method, row.site_id, paid.by)
        account = ledger.agency_owed(agency_id) if is_settlement else ledger.agency_prepaid(agency_id)
        movement = Movement(
            debit=account if is_payout else money,
            credit=money if is_payout else account,
            amount_fen=paying.amount_fen,
            shift_id=shift_id,
            agency_id=agency_id,
            receipt_id=receipt.id,
        )
        ledger.post(work, movement, paid.by, now)
        by, subject, fen = paid.by, f"agency:{agency_id}", paying.amount_fen
        audit.record(work, now, by, f"agency.{paying.kind}", subject, amount_fen=fen, method=paid.method)


async def _span(work: Work, period: Period) -> Span:
    """Return a period as the business days of the agency's site."""
    row = await rows.existing(work, period.agency_id)
    return business_days((await catalog.site(work, row.site_id)).parameters).span(period.first, period.last)


def _price_changes(before: Collection[ContractPrice], after: Collection[ContractPrice]) -> Changes:
    """Return what changed of prices: each type's by its first day."""
    return changes_between(*({"prices": _stated(prices)} for prices in (before, after)))


def _stated(prices: Collection[ContractPrice]) -> dict[str, dict[str, object]]:
    return {
        f"type {one.type_id} from {one.first.isoformat()}": {"last_day": one.last, "price_fen": one.price_fen} for one in prices
    }


def _prices_of(agency_id: int) -> str:
    return f"agency-prices:{agency_id}"
