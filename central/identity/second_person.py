"""The second person of an act that needs two: present beside the caller, and known by a PIN with a number or name, or by a card.

Laws: the second person is enabled, is none of those involved, and holds the act's permission; a wrong PIN and an unknown card are
audited, and slow down the caller and the caller's address alike, but no other. Only an approval ends that count, so that who
has a card of their own guesses no faster. Who cannot prove a PIN does not learn what its person may do. What a try counts is no
effect of the act, so that the act's Idempotency-Key stays free.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import col, select

from central.audit import service as audit
from central.domain.problems import Problem, ProblemCode
from central.identity import failures
from central.identity.effective_permissions import granted, roles_of
from central.identity.messages import APPROVER_IS_INVOLVED, APPROVER_NOT_PERMITTED, CARD_UNKNOWN, PERSON_OR_PIN_WRONG
from central.identity.passwords import Passwords
from central.identity.permissions import Permission
from central.identity.rules.two_persons import NotApproved, why_not_approved
from central.identity.supervisor_cards import card_digest
from central.store.claims import aside
from central.store.sealed import FieldSeal
from central.store.tables.people import SupervisorCardRow, SupervisorPinRow, UserRow
from central.store.unit_of_work import Store
from protocol.instants import Instant

_NAME_SHOWN = 59
# Under this name failures of cards are counted; no sign-in name has a blank.
_ANY_CARD = "any card"


@dataclass(frozen=True, slots=True)
class TypedPin:
    """A number or a name, and the PIN of that person."""

    who: int | str
    pin: str


@dataclass(frozen=True, slots=True)
class ShownCard:
    """The text of a card as `rules.cards.card_text` makes it."""

    text: str


@dataclass(frozen=True, slots=True)
class SecondPerson:
    """By what the second person is known; and who asks, from which address."""

    known_by: TypedPin | ShownCard
    caller: int
    source: str

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


_WRONG = {
    TypedPin: (ProblemCode.PIN_WRONG, PERSON_OR_PIN_WRONG),
    ShownCard: (ProblemCode.CARD_UNKNOWN, CARD_UNKNOWN),
}
_REFUSED = {
    NotApproved.SAME_PERSON: (ProblemCode.SECOND_PERSON_SAME, APPROVER_IS_INVOLVED),
    NotApproved.NOT_PERMITTED: (ProblemCode.SECOND_PERSON_FORBIDDEN, APPROVER_NOT_PERMITTED),
}


class SecondPersons:
    """Proves second persons."""

    def __init__(self, store: Store, pins: Passwords, seal: FieldSeal) -> None:
        """Take the store, the hasher of PINs, and the seal whose key makes the hashes of cards."""
        self._store = store
        self._pins = pins
        self._seal = seal

    async def approve(self, act: Act, said: SecondPerson, now: Instant) -> int:
        """Return the number of the person who approves.

        Problem where the PIN is wrong, the card unknown, or the person cannot approve it.
        """
        person = await self._proved(act, said, now)
        async with self._store.reading() as work:
            held = granted(await roles_of(work, person)).permissions
        refused = why_not_approved(person, {*act.involved, said.caller}, held, act.permission)
        if refused is not None:
            code, message = _REFUSED[refused]
            raise Problem(code, message.of())
        with aside():
            async with self._store.transaction() as work:
                for source in said.sources:
                    await failures.forget(work, _account(said.known_by, person), source)
        return person

    async def _proved(self, act: Act, said: SecondPerson, now: Instant) -> int:
        """Return whose PIN was typed or card was shown, after the delay that earlier failures bring; else Problem."""
        known_by = said.known_by
        person, verifier = await self._known(known_by)
        account = _account(known_by, person)
        for source in said.sources:
            await failures.require_no_delay(self._store, account, source, now)
        is_right = isinstance(known_by, ShownCard) or await self._pins.verify(verifier, known_by.pin)
        if person is None or not is_right:
            await self._note_failure(act, said, account, now)
            code, message = _WRONG[type(known_by)]
            raise Problem(code, message.of())
        return person

    async def _known(self, known_by: TypedPin | ShownCard) -> tuple[int | None, str | None]:
        """Return an enabled person's number and verifier of the PIN, both None where there is none with that PIN or card."""
        enabled = ~col(UserRow.is_disabled)
        async with self._store.reading() as work:
            if isinstance(known_by, ShownCard):
                cards = select(SupervisorCardRow.user_id).join(UserRow, col(UserRow.id) == col(SupervisorCardRow.user_id))
                is_shown = col(SupervisorCardRow.digest) == card_digest(self._seal, known_by.text)
                return (await work.session.exec(cards.where(is_shown, enabled))).first(), None
            who = known_by.who
            which = col(UserRow.id) == who if isinstance(who, int) else col(UserRow.name) == who
            pins = select(SupervisorPinRow.user_id, SupervisorPinRow.verifier)
            query = pins.join(UserRow, col(UserRow.id) == col(SupervisorPinRow.user_id)).where(which, enabled)
            return (await work.session.exec(query)).first() or (None, None)

    async def _note_failure(self, act: Act, said: SecondPerson, account: str, now: Instant) -> None:
        with aside():
            async with self._store.transaction() as work:
                for source in said.sources:
                    await failures.note(work, account, source, now)
                audit.record(work, now, said.caller, "second-person.fail", act.subject, named=account)


def _account(known_by: TypedPin | ShownCard, person: int | None) -> str:
    """Return under which name failures are counted: the same for number and name, and one for all cards."""
    if isinstance(known_by, ShownCard):
        return _ANY_CARD
    return f"pin {known_by.who if person is None else person}"[:_NAME_SHOWN]
