"""The shift that cash belongs to.

Laws: cash that a seller takes or gives belongs to the seller's open shift, or to none where none is open; the shift cannot be
closed before that transaction ends, so that no cash goes into a drawer that is counted already.
"""

from functools import lru_cache

from sqlalchemy import Integer, Select, bindparam, select

from central.catalog.parameters import SiteParameters
from central.domain.problems import Problem, ProblemCode
from central.payments.messages import SHIFT_FIRST
from central.store.prepared import Prepared
from central.store.tables.metadata import METADATA
from central.store.unit_of_work import Work
from protocol.identifiers import SiteId

NOWHERE = 0
RULES_KEPT = 64


async def open_shift(work: Work, seller_id: int) -> int | None:
    """Return the seller's open shift, which stays open until this transaction ends; None where none is open."""
    return (await _found(work, NOWHERE, seller_id))[0]


async def shift_for_sale(work: Work, site_id: SiteId, seller_id: int) -> int | None:
    """Return the shift that cash of a sale belongs to; Problem where none is open and the site requires one."""
    shift_id, rules = await _found(work, site_id, seller_id)
    if shift_id is None and rules is not None and _needs_shift(rules):
        raise Problem(ProblemCode.SHIFT_REQUIRED, SHIFT_FIRST.of(site_id=site_id))
    return shift_id


@lru_cache(RULES_KEPT)
def _needs_shift(rules: str) -> bool:
    return SiteParameters.model_validate_json(rules).cash_needs_shift


async def _found(work: Work, site_id: int, seller_id: int) -> tuple[int | None, str | None]:
    said = {"site": site_id, "seller": seller_id}
    shift_id, rules = (await (await work.connection()).run_sync(_OPEN.rows, said))[0]
    return shift_id, rules


def _open(_dialect: str) -> Select[int, str]:
    """Read both by one statement, because every sale for cash pays for it."""
    shift, site = METADATA.tables["shift"], METADATA.tables["site"]
    of_seller = shift.c.open_of == bindparam("seller", type_=shift.c.open_of.type)
    held = select(shift.c.id).where(of_seller).with_for_update(read=True).cte("held")
    rules = select(site.c.rules).where(site.c.id == bindparam("site", type_=Integer))
    return select(select(held.c.id).scalar_subquery(), rules.scalar_subquery())


_OPEN = Prepared(_open)
