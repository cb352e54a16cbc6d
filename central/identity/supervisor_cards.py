"""Supervisors' cards: what a supervisor shows to a reader to approve an act, in place of the PIN.

Laws: a card is stored as a keyed hash only, because its text has too little secret for a plain one; it is neither shown nor
audited; it belongs to one person; it lives while its person supervises a site; a person cannot set the card of a supervisor who
may do more, but takes away the card of any.
"""

from sqlmodel import col, delete

from central.audit import service as audit
from central.audit.rules.changes import hidden_change
from central.domain.principal import Principal
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.identity.effective_permissions import granted, require_all_held, roles_of
from central.identity.messages import CARD_OF_ANOTHER, NO_CARD
from central.identity.supervisors import SiteSupervisor, locked_person, require_supervisor, seen
from central.store.sealed import FieldSeal
from central.store.tables.people import SupervisorCardRow
from central.store.unit_of_work import Store
from central.store.upsert import inserted
from protocol.instants import Instant


def card_digest(seal: FieldSeal, text: str) -> bytes:
    """Return the keyed hash by which a card is known; `text` as `rules.cards.card_text` makes it."""
    return seal.digest(f"supervisor-card|{text}")


class SupervisorCards:
    """The cards of all supervisors."""

    def __init__(self, store: Store, seal: FieldSeal) -> None:
        """Take the store, and the seal whose key makes the hashes."""
        self._store = store
        self._seal = seal

    async def set(self, name: str, text: str, by: Principal, now: Instant) -> SiteSupervisor:
        """Give a supervisor a card in place of the one before.

        Problem where it is another person's card, the person supervises nothing, or may do what `by` may not.
        """
        async with self._store.transaction() as work:
            user_id, person = await locked_person(work, name)
            require_all_held(by, granted(await roles_of(work, user_id)).permissions)
            await require_supervisor(work, user_id)
            await work.session.exec(delete(SupervisorCardRow).where(col(SupervisorCardRow.user_id) == user_id))
            row = {"user_id": user_id, "digest": card_digest(self._seal, text), "set_at": now}
            new = await inserted(await work.connection(), SupervisorCardRow, [row], col(SupervisorCardRow.user_id))
            if not new:
                raise wrong_field(ProblemCode.CONFLICT, "card", CARD_OF_ANOTHER.of())
            audit.record(work, now, by.user_id, "supervisor.set-card", f"user:{user_id}", changes=(hidden_change("card"),))
            return await seen(work, user_id, person.name)

    async def delete(self, name: str, by: Principal, now: Instant) -> None:
        """Take a person's card away; Problem where the person has none."""
        async with self._store.transaction() as work:
            user_id, _ = await locked_person(work, name)
            row = await work.session.get(SupervisorCardRow, user_id)
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_CARD.of(name=name))
            await work.session.delete(row)
            audit.record(work, now, by.user_id, "supervisor.delete-card", f"user:{user_id}", changes=(hidden_change("card"),))
