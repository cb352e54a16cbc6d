"""Places that are taken, as the database counts them."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlmodel import select

from central.store.tables.quotas import QuotaRow, QuotaTakenRow
from tests.builders.office import Office


async def checked_quotas(office: Office) -> Sequence[QuotaRow]:
    """Return what is counted now, for each day and slot; it must be what orders hold."""
    async with office.store.reading() as work:
        rows = (await work.session.exec(select(QuotaRow))).all()
        held = (await work.session.exec(select(QuotaTakenRow))).all()
    counted: Counter[Any] = Counter()
    for row in held:
        counted[row.ticket_type_id, row.day, row.slot_start, row.person] += row.taken
    for quota in rows:
        assert quota.taken == counted[quota.ticket_type_id, quota.day, quota.slot_start, quota.person]
    return rows
