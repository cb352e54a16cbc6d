"""Recording the acts of people.

Laws: the record is part of the transaction of the act; it holds no password, no document number and no name of a visitor.
"""

from central.domain.calls import CURRENT_REQUEST
from central.store.tables.audit import AuditRow
from central.store.unit_of_work import Work
from protocol.instants import Instant

SYSTEM = None


def record(work: Work, now: Instant, user_id: int | None, action: str, subject: str, **detail: str | int | None) -> None:
    """Add one record: `action` is `slice.verb`, `subject` is `kind:id`, `detail` names what changed."""
    said: dict[str, object] = {"recorded_at": now, "user_id": user_id, "action": action, "subject": subject}
    work.insert(AuditRow, [said | {"detail": detail, "request_id": CURRENT_REQUEST.get()}])
