"""Recording what people did.

Laws: the record is part of the transaction of the doing; it holds no password, no document number and no name of a visitor.
"""

from collections.abc import Mapping

from central.store.tables.people import AuditRow
from central.store.unit_of_work import Work
from protocol.instants import Instant

SYSTEM = None


def record(work: Work, now: Instant, user_id: int | None, action: str, subject: str, **detail: str | int | None) -> None:
    """Add one record: `action` is `slice.verb`, `subject` is `kind:id`, `detail` names what changed."""
    values: Mapping[str, str | int | None] = detail
    work.session.add(AuditRow(at=now, user_id=user_id, action=action, subject=subject, detail=dict(values)))
