"""Offsets of printers: how far all is moved on the paper, for each printer of an agent.

Laws: an offset belongs to a printer and never to a face, so that a face prints alike everywhere; a printer without one prints
without an offset. Every change is audited.
"""

from dataclasses import dataclass

from sqlmodel import col, select

from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.domain.messages import NO_AGENT
from central.domain.problems import Problem, ProblemCode
from central.store.tables.devices import AgentRow
from central.store.tables.faces import PrinterOffsetRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant

MOST_OFFSET_MM = 20
_UM_PER_MM = 1_000


@dataclass(frozen=True, slots=True)
class PrinterOffset:
    """How far a printer's prints are moved: to the right and down, in mm."""

    offset_id: int
    agent_id: int
    name: str
    x_mm: float
    y_mm: float


class PrinterOffsets:
    """Keeps the offsets of printers."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def of_agent(self, agent_id: int, after: int | None, limit: int) -> tuple[PrinterOffset, ...]:
        """Return the offsets of an agent's printers by number, those after one; Problem where there is no such agent."""
        row = PrinterOffsetRow
        query = select(row).where(col(row.agent_id) == agent_id, col(row.id) > (after or 0))
        async with self._store.reading() as work:
            if await work.session.get(AgentRow, agent_id) is None:
                raise _no_agent(agent_id)
            return tuple(_offset(one) for one in (await work.session.exec(query.order_by(col(row.id)).limit(limit))).all())

    async def of_printer(self, agent_id: int, name: str) -> tuple[float, float]:
        """Return the offset of a printer, x and y in mm."""
        async with self._store.reading() as work:
            row = await _found(work, agent_id, name)
        return (0.0, 0.0) if row is None else (_offset(row).x_mm, _offset(row).y_mm)

    async def put(self, wanted: PrinterOffset, seen: int, by: int, now: Instant) -> PrinterOffset:
        """Set the offset of an agent's printer, whose number is not looked at.

        Problem where there is no such agent, or the offset was changed since version `seen`.
        """
        subject = f"printer-offset:{wanted.agent_id}/{wanted.name}"
        async with self._store.transaction() as work:
            await versions.claim(work, subject, seen)
            if await work.session.get(AgentRow, wanted.agent_id, with_for_update=True) is None:
                raise _no_agent(wanted.agent_id)
            row = await _found(work, wanted.agent_id, wanted.name)
            row = row or PrinterOffsetRow(agent_id=wanted.agent_id, name=wanted.name, x_um=0, y_um=0)
            before = _stated(row)
            row.x_um, row.y_um = round(wanted.x_mm * _UM_PER_MM), round(wanted.y_mm * _UM_PER_MM)
            work.session.add(row)
            await work.session.flush()
            edit = Edit(subject, "printer-offset.set", changes_between(before, _stated(row)))
            await versions.record(work, now, by, edit)
            return _offset(row)


async def _found(work: Work, agent_id: int, name: str) -> PrinterOffsetRow | None:
    row = PrinterOffsetRow
    return (await work.session.exec(select(row).where(col(row.agent_id) == agent_id, col(row.name) == name))).first()


def _stated(row: PrinterOffsetRow) -> dict[str, float]:
    return {"x_mm": row.x_um / _UM_PER_MM, "y_mm": row.y_um / _UM_PER_MM}


def _no_agent(agent_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_AGENT.of(agent_id=agent_id))


def _offset(row: PrinterOffsetRow) -> PrinterOffset:
    assert row.id is not None, "a stored offset has its number"
    return PrinterOffset(row.id, row.agent_id, row.name, row.x_um / _UM_PER_MM, row.y_um / _UM_PER_MM)
