"""Telling live streams which agents fell silent, and which were seen again.

Laws: each silence and each return is told once, whichever process looks and however often; a revoked agent may be silent.
"""

from sqlmodel import col, select

from central.devices.agents import tell_agent
from central.devices.rules.seen import SILENT_AFTER_MS
from central.live_events.kinds import AgentChange
from central.store.tables.devices import AgentRow
from central.store.unit_of_work import Store
from protocol.instants import Instant


async def tell_silences(store: Store, now: Instant) -> int:
    """Tell what has changed since the last look; return how many agents changed. A job calls it."""
    is_silent = col(AgentRow.last_seen_at) < now - SILENT_AFTER_MS
    differs = col(AgentRow.revoked_at).is_(None), is_silent != col(AgentRow.is_told_silent)
    query = select(AgentRow).where(*differs).order_by(col(AgentRow.id))
    async with store.reading() as work:
        if (await work.session.exec(query.limit(1))).first() is None:
            return 0
    async with store.transaction() as work:
        rows = (await work.session.exec(query.with_for_update(key_share=True))).all()
        for row in rows:
            row.is_told_silent = not row.is_told_silent
            work.session.add(row)
            tell_agent(work, row, AgentChange.SILENT if row.is_told_silent else AgentChange.SEEN, now)
    return len(rows)
