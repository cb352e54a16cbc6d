"""The second person of an act that needs two: present beside the caller, and known by number or name and PIN.

Laws: the second person is enabled, is none of those involved, and holds the act's permission; a wrong PIN is audited, and slows
down the caller and the caller's address alike, but nobody else. Who cannot prove a PIN does not learn what its person may do.
What a try counts is no effect of the act, so that the act's Idempotency-Key stays free.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from central.audit import service as audit
from central.domain.problems import Problem, ProblemCode
from central.identity import failures
from central.identity.effective_permissions import granted, roles_of
from central.identity.messages import APPROVER_IS_INVOLVED, APPROVER_NOT_PERMITTED, PERSON_OR_PIN_WRONG
from central.identity.passwords import Passwords
from central.identity.permissions import Permission
from central.identity.rules.two_persons import NotApproved, why_not_approved
from central.store.claims import aside
from central.store.tables.people import SupervisorPinRow, UserRow
from central.store.unit_of_work import Store
from protocol.instants import Instant

_NAME_SHOWN = 59


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """What is typed for the second person: a number or a name, and the PIN; and who asks, from which address."""

    who: int | str
    pin: str
    caller: int
    source: str

    def account(self, person: int | None) -> str:
        """Return under which name failures are counted, the same for number and name; no sign-in name has a blank."""
        return f"pin {self.who if person is None else person}"[:_NAME_SHOWN]

    @property
    def sources(self) -> tuple[str, str]:
        """Return the sources that wait after failures."""
        return self.source, f"user {self.caller}"


@dataclass(frozen=True, slots=True)
class Act:
    """What is to be approved: the permission that it needs, those who are involved in it, and the audit's name of its thing."""

    permission: Permission
    involved: Collection[int]
    subject: str


_REFUSED = {
    NotApproved.SAME_PERSON: (ProblemCode.SECOND_PERSON_SAME, APPROVER_IS_INVOLVED),
    NotApproved.NOT_PERMITTED: (ProblemCode.SECOND_PERSON_FORBIDDEN, APPROVER_NOT_PERMITTED),
}


class SecondPersons:
    """Proves second persons."""

    def __init__(self, store: Store, pins: Passwords) -> None:
        """Take the store and the hasher of PINs."""
        self._store = store
        self._pins = pins

    async def approve(self, act: Act, said: SecondPerson, now: Instant) -> int:
        """Return the number of the person who approves; Problem where the PIN is wrong, or the person cannot approve it."""
        person, verifier = await self._known(said.who)
        account = said.account(person)
        for source in said.sources:
            await failures.require_no_delay(self._store, account, source, now)
        if not await self._pins.verify(verifier, said.pin) or person is None:
            await self._note_failure(act, said, account, now)
            raise Problem(ProblemCode.PIN_WRONG, PERSON_OR_PIN_WRONG.of())
        with aside():
            async with self._store.transaction() as work:
                for source in said.sources:
                    await failures.forget(work, account, source)
                held = granted(await roles_of(work, person)).permissions
        refused = why_not_approved(person, {*act.involved, said.caller}, held, act.permission)
        if refused is not None:
            code, message = _REFUSED[refused]
            raise Problem(code, message.of())
        return person

    async def _known(self, who: int | str) -> tuple[int | None, str | None]:
        """Return an enabled person's number and verifier, both None where there is none with a PIN."""
        which = col(UserRow.id) == who if isinstance(who, int) else col(UserRow.name) == who
        pins = select(SupervisorPinRow.user_id, SupervisorPinRow.verifier)
        query = pins.join(UserRow, col(UserRow.id) == col(SupervisorPinRow.user_id)).where(which, ~col(UserRow.is_disabled))
        async with self._store.reading() as work:
            return (await work.session.exec(query)).first() or (None, None)

    async def _note_failure(self, act: Act, said: SecondPerson, account: str, now: Instant) -> None:
        with aside():
            async with self._store.transaction() as work:
                for source in said.sources:
                    await failures.note(work, account, source, now)
                audit.record(work, now, said.caller, "second-person.fail", act.subject, named=account)
