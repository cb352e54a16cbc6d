"""Recording the acts of people.

Laws: the record is part of the transaction of the act; it holds no password, no document number and no name of a visitor. An act
that changes a thing says each field's value before and after (`rules.changes`).
"""

from central.audit.rules.changes import Changes, written
from central.domain.calls import CURRENT_REQUEST
from central.store.tables.audit import AuditRow
from central.store.unit_of_work import Work
from protocol.instants import Instant

SYSTEM = None


def record(
    work: Work,
    now: Instant,
    user_id: int | None,
    action: str,
    subject: str,
    *,
    changes: Changes = (),
    **detail: str | int | None,
) -> None:
    """Add one record: `action` is `slice.verb`, `subject` is `kind:id`; `detail` says more than the changes do."""
    said: dict[str, object] = {"recorded_at": now, "user_id": user_id, "action": action, "subject": subject}
    stated = {**detail, **written(changes)}
    work.insert(AuditRow, [said | {"detail": stated, "request_id": CURRENT_REQUEST.get()}])
