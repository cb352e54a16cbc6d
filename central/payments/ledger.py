"""The ledger: every fen that moves, out of one account and into another.

Laws (law 12): whole fen; a movement has two legs in one row, so that all balances sum to zero; a movement is never changed or
deleted, only balanced by another one. Accounts: `cash/USER` (a seller's drawer), `sales/SITE` (what was sold there),
`METHOD/SITE` (what was recorded there as paid by that method), `clearing/METHOD` (what an institution holds for us),
`owed/METHOD` (what goes back to payers through it), `fees/SITE` (fees of refunds there); `exchange/SITE` is one of METHOD and
holds money for a moment only; `safe/SITE` (cash that is in no drawer), `handed/SHIFT` (cash on its way to the next seller),
`over-short/SITE` (what drawers had too little, less what they had too much); `agency-prepaid/AGENCY` (what an agency paid
beforehand: we must give it back or serve for it), `agency-owed/AGENCY` (what an agency owes us); `institution-fees/METHOD` (what
an institution kept for itself), `written-off/METHOD` (differences with its bill that nobody explains: losses, less gains).
"""

from dataclasses import dataclass

from sqlmodel import col, func, select

from central.payments.methods import BY_AGENCY, INSTITUTIONS, Method
from central.store.tables.money import LedgerRow
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId
from protocol.instants import Instant

# All accounts of what was sold, as a pattern.
SALES = "sales/%"


@dataclass(frozen=True, slots=True)
class Movement:
    """`amount_fen` > 0 goes out of `credit` and into `debit`, for an order, by a payment of it, or for a refund of it.

    `shift_id` is the shift whose drawer it went into or came out of; `agency_id` the agency whose account it moves, `receipt_id`
    what it paid; `difference_id` the difference with a bill that it ends.
    """

    debit: str
    credit: str
    amount_fen: int
    order_id: int | None = None
    refund_id: int | None = None
    payment_id: int | None = None
    shift_id: int | None = None
    agency_id: int | None = None
    receipt_id: int | None = None
    difference_id: int | None = None


def cash(user_id: int) -> str:
    """Return the account of a seller's drawer."""
    return f"cash/{user_id}"


def sales(site_id: SiteId) -> str:
    """Return the account of what a site has sold."""
    return f"sales/{site_id}"


def fees(site_id: SiteId) -> str:
    """Return the account of the fees that a site has kept of refunds."""
    return f"fees/{site_id}"


def clearing(method: Method) -> str:
    """Return the account of what an institution holds for us."""
    return f"clearing/{method}"


def owed(method: Method) -> str:
    """Return the account of what must go back to payers through an institution."""
    return f"owed/{method}"


def safe(site_id: SiteId) -> str:
    """Return the account of a site's safe: what drawers gave to it, less what it gave to drawers."""
    return f"safe/{site_id}"


def handed(shift_id: int) -> str:
    """Return the account of cash that a shift left for the next seller."""
    return f"handed/{shift_id}"


def over_short(site_id: SiteId) -> str:
    """Return the account of what drawers had too little (short), less what they had too much (over)."""
    return f"over-short/{site_id}"


def agency_prepaid(agency_id: int) -> str:
    """Return the account of what an agency paid beforehand."""
    return f"agency-prepaid/{agency_id}"


def agency_owed(agency_id: int) -> str:
    """Return the account of what an agency owes us."""
    return f"agency-owed/{agency_id}"


def of_agency(method: Method, agency_id: int) -> str:
    """Return the account of an agency that a method of paying uses."""
    assert method in BY_AGENCY, "only these methods go by an agency's account"
    return agency_prepaid(agency_id) if method is Method.PREPAID else agency_owed(agency_id)


def received(method: Method, site_id: SiteId, by: int) -> str:
    """Return the account that a payment goes into: of a method, at a site, taken by a seller."""
    assert method not in BY_AGENCY, "an agency's order goes by its own account"
    if method is Method.CASH:
        return cash(by)
    return clearing(method) if method in INSTITUTIONS else f"{method}/{site_id}"


def post(work: Work, movement: Movement, by: int | None, now: Instant) -> None:
    """Write a movement; a movement of nothing (a free ticket) writes no row."""
    assert movement.amount_fen >= 0, "turn the accounts round instead"
    if movement.amount_fen == 0:
        return
    row = {
        "posted_at": now,
        "debit": movement.debit,
        "credit": movement.credit,
        "amount_fen": movement.amount_fen,
        "order_id": movement.order_id,
        "refund_id": movement.refund_id,
        "payment_id": movement.payment_id,
        "shift_id": movement.shift_id,
        "agency_id": movement.agency_id,
        "receipt_id": movement.receipt_id,
        "difference_id": movement.difference_id,
        "posted_by": by,
    }
    work.insert(LedgerRow, [row])


async def flows_of_shift(work: Work, shift_id: int, account: str) -> tuple[tuple[str, int, int], ...]:
    """Return the other accounts of an account's movements in a shift.

    With each: the sum that came in from it, and the sum that went out to it.
    """
    moved: dict[str, list[int]] = {}
    for place, (own, other) in enumerate(((LedgerRow.debit, LedgerRow.credit), (LedgerRow.credit, LedgerRow.debit))):
        of_shift = (col(LedgerRow.shift_id) == shift_id, col(own) == account)
        query = select(other, func.sum(col(LedgerRow.amount_fen))).where(*of_shift).group_by(other)
        for name, amount_fen in (await work.session.exec(query)).all():
            moved.setdefault(name, [0, 0])[place] += int(amount_fen)
    return tuple((name, came, went) for name, (came, went) in sorted(moved.items()))


async def balances(work: Work) -> dict[str, int]:
    """Return each account's balance in fen: what came in, less what went out. They sum to zero."""
    totals: dict[str, int] = {}
    for account, sign in ((LedgerRow.debit, 1), (LedgerRow.credit, -1)):
        query = select(account, func.sum(col(LedgerRow.amount_fen))).group_by(account)
        for name, amount_fen in (await work.session.exec(query)).all():
            totals[name] = totals.get(name, 0) + sign * int(amount_fen)
    return totals
