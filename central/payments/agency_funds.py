"""The funds of travel agencies: a balance that they paid beforehand, and a credit.

Laws: a balance is never below zero and a credit never above its limit, however many orders are paid at once: one conditional
statement moves each; the agency's row always agrees with its accounts in the ledger, because one transaction writes both.
"""

from sqlalchemy import ColumnElement
from sqlmodel import col, update

from central.domain.problems import Problem, ProblemCode
from central.payments.messages import BALANCE_TOO_SMALL, CREDIT_TOO_SMALL, NOT_PAID_OUT, OWES_LESS
from central.payments.methods import BY_AGENCY, Method
from central.store.tables.agencies import AgencyRow
from central.store.unit_of_work import Work


async def charge(work: Work, method: Method, agency_id: int, amount_fen: int) -> None:
    """Take an order's money out of the balance, or onto the credit; Problem where the funds do not suffice."""
    assert method in BY_AGENCY, "only these methods go by an agency's account"
    row = AgencyRow
    if method is Method.PREPAID:
        done = await _move(work, agency_id, prepaid_fen=-amount_fen, where=col(row.prepaid_fen) >= amount_fen)
    else:
        within = col(row.owed_fen) + amount_fen <= col(row.credit_limit_fen)
        done = await _move(work, agency_id, owed_fen=amount_fen, where=within)
    if not done:
        short = BALANCE_TOO_SMALL if method is Method.PREPAID else CREDIT_TOO_SMALL
        raise Problem(ProblemCode.AGENCY_FUNDS, short.of(amount_fen=amount_fen))


async def give_back(work: Work, method: Method, agency_id: int, amount_fen: int) -> None:
    """Give an order's money back to where it was charged.

    If the agency has settled the debt meanwhile, the credit is in its favour.
    """
    assert method in BY_AGENCY, "only these methods go by an agency's account"
    if method is Method.PREPAID:
        await top_up(work, agency_id, amount_fen)
    else:
        await _move(work, agency_id, owed_fen=-amount_fen)


async def top_up(work: Work, agency_id: int, amount_fen: int) -> None:
    """Put money into the balance."""
    await _move(work, agency_id, prepaid_fen=amount_fen)


async def pay_out(work: Work, agency_id: int, amount_fen: int) -> None:
    """Pay money out of the balance; Problem where there is less, or the agency owes anything."""
    row = AgencyRow
    where = (col(row.prepaid_fen) >= amount_fen) & (col(row.owed_fen) <= 0)
    if not await _move(work, agency_id, prepaid_fen=-amount_fen, where=where):
        raise Problem(ProblemCode.AGENCY_FUNDS, NOT_PAID_OUT.of(amount_fen=amount_fen))


async def settle(work: Work, agency_id: int, amount_fen: int) -> None:
    """Pay what the agency owes; Problem where it owes less."""
    if not await _move(work, agency_id, owed_fen=-amount_fen, where=col(AgencyRow.owed_fen) >= amount_fen):
        raise Problem(ProblemCode.AGENCY_FUNDS, OWES_LESS.of(amount_fen=amount_fen))


async def _move(
    work: Work, agency_id: int, *, prepaid_fen: int = 0, owed_fen: int = 0, where: ColumnElement[bool] | None = None
) -> bool:
    """Return whether the agency's funds were moved: one statement that does it, or does nothing."""
    row = AgencyRow
    conditions = [col(row.id) == agency_id, *([] if where is None else [where])]
    moved = update(row).where(*conditions)
    values = {"prepaid_fen": col(row.prepaid_fen) + prepaid_fen, "owed_fen": col(row.owed_fen) + owed_fen}
    return bool((await (await work.connection()).execute(moved.values(**values))).rowcount)
