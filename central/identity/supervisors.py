"""Supervisors: the people who may unlock lanes and override refusals at the gates of certain sites, and their PINs.

Their cards stand in `supervisor_cards`: gates know none of them.

Laws: a PIN is stored as its argon2id verifier only, neither shown nor audited; it lives while its person supervises a site; gates
hear of a change as soon as it has committed; a person cannot set the PIN of a supervisor who may do more.
"""

from dataclasses import dataclass

from sqlmodel import col, delete, func, select

from central.audit import service as audit
from central.audit.rules.changes import changes_between, hidden_change
from central.domain.messages import NO_SITE, PASSWORD_FOR_ONE_USE
from central.domain.ports import Wake
from central.domain.principal import Principal
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.identity.effective_permissions import granted, require_all_held, roles_of
from central.identity.messages import (
    MOST_SUPERVISORS,
    NO_USER_NAMED,
    PASSWORD_WRONG,
    SUPERVISES_NOT,
    SUPERVISES_NOTHING,
)
from central.identity.passwords import Passwords
from central.identity.rules import sign_in
from central.store.tables.catalog import SiteRow
from central.store.tables.people import SupervisedSiteRow, SupervisorCardRow, SupervisorPinRow, UserRow
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_or_replace
from protocol.admission.supervisors import MAX_SUPERVISORS, Supervisor
from protocol.identifiers import SiteId
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class SiteSupervisor:
    """A supervisor as central knows one. Gates know the number only with a PIN (`pin_set_at` None: no PIN)."""

    user_id: int
    name: str
    pin_set_at: Instant | None
    card_set_at: Instant | None


class Supervisors:
    """The supervisors of all sites."""

    def __init__(self, store: Store, pins: Passwords, feed_has_work: Wake) -> None:
        """Take the store, the hasher of PINs, and the function to call when gates must hear of a change."""
        self._store = store
        self._pins = pins
        self._feed_has_work = feed_has_work

    async def add(self, site_id: SiteId, name: str, by: Principal, now: Instant) -> SiteSupervisor:
        """Let a person supervise a site's gates; no change where they already do. Problem where site or person does not exist."""
        async with self._store.transaction() as work:
            if await work.session.get(SiteRow, site_id, with_for_update=True) is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_SITE.of(site_id=site_id))
            user_id, person = await locked_person(work, name)
            if await work.session.get(SupervisedSiteRow, (site_id, user_id)) is None:
                await _require_room(work, site_id)
                work.session.add(SupervisedSiteRow(site_id=site_id, user_id=user_id))
                changes = changes_between(None, {"supervised_site": site_id})
                audit.record(work, now, by.user_id, "supervisor.add", f"user:{user_id}", changes=changes)
                work.after_commit(self._feed_has_work)
            return await seen(work, user_id, person.name)

    async def remove(self, site_id: SiteId, name: str, by: Principal, now: Instant) -> None:
        """End a person's supervision of a site, and with the last one their PIN and card.

        Problem where they do not supervise it.
        """
        async with self._store.transaction() as work:
            user_id, _ = await locked_person(work, name)
            row = await work.session.get(SupervisedSiteRow, (site_id, user_id))
            if row is None:
                raise Problem(ProblemCode.NOT_FOUND, SUPERVISES_NOT.of(name=name, site_id=site_id))
            await work.session.delete(row)
            await work.session.flush()
            if not await _supervises_any(work, user_id):
                for table in (SupervisorPinRow, SupervisorCardRow):
                    await work.session.exec(delete(table).where(col(table.user_id) == user_id))
            changes = changes_between({"supervised_site": site_id}, None)
            audit.record(work, now, by.user_id, "supervisor.remove", f"user:{user_id}", changes=changes)
            work.after_commit(self._feed_has_work)

    async def set_pin(self, name: str, pin: str, by: Principal, now: Instant) -> SiteSupervisor:
        """Give a supervisor a PIN. Problem where it is weak, or they may do what `by` may not."""
        _require_strong(pin)
        verifier = await self._pins.hash(pin)
        async with self._store.transaction() as work:
            user_id, person = await locked_person(work, name)
            require_all_held(by, granted(await roles_of(work, user_id)).permissions)
            await self._keep(work, user_id, verifier, by, now)
            return await seen(work, user_id, person.name)

    async def set_own_pin(self, who: Principal, password: str, pin: str, now: Instant) -> SiteSupervisor:
        """Set an own PIN. Problem where the password is wrong, or the PIN weak."""
        if who.must_change_password:
            raise Problem(ProblemCode.PASSWORD_CHANGE_REQUIRED, PASSWORD_FOR_ONE_USE.of())
        _require_strong(pin)
        async with self._store.reading() as work:
            stored = (await work.session.get_one(UserRow, who.user_id)).password_hash
        if not await self._pins.verify(stored, password):
            raise Problem(ProblemCode.SIGN_IN_FAILED, PASSWORD_WRONG.of())
        return await self.set_pin(who.name, pin, who, now)

    async def of_site(self, site_id: SiteId) -> tuple[SiteSupervisor, ...]:
        """Return a site's supervisors by number; Problem where there is no such site."""
        query = (
            select(UserRow.id, UserRow.name, SupervisorPinRow.set_at, SupervisorCardRow.set_at)
            .join(SupervisedSiteRow, col(SupervisedSiteRow.user_id) == col(UserRow.id))
            .outerjoin(SupervisorPinRow, col(SupervisorPinRow.user_id) == col(UserRow.id))
            .outerjoin(SupervisorCardRow, col(SupervisorCardRow.user_id) == col(UserRow.id))
            .where(col(SupervisedSiteRow.site_id) == site_id)
            .order_by(col(UserRow.id))
        )
        async with self._store.reading() as work:
            if await work.session.get(SiteRow, site_id) is None:
                raise Problem(ProblemCode.NOT_FOUND, NO_SITE.of(site_id=site_id))
            found = (await work.session.exec(query)).all()
        return tuple(SiteSupervisor(number or 0, name, _at(pin_at), _at(card_at)) for number, name, pin_at, card_at in found)

    async def _keep(self, work: Work, user_id: int, verifier: str, by: Principal, now: Instant) -> None:
        await require_supervisor(work, user_id)
        row = {"user_id": user_id, "verifier": verifier, "set_at": now}
        await insert_or_replace(await work.connection(), SupervisorPinRow, ["user_id"], [row])
        audit.record(work, now, by.user_id, "supervisor.set-pin", f"user:{user_id}", changes=(hidden_change("pin"),))
        work.after_commit(self._feed_has_work)


async def supervises(work: Work, user_id: int, site_id: SiteId) -> bool:
    """Return whether a person supervises a site's gates."""
    return await work.session.get(SupervisedSiteRow, (site_id, user_id)) is not None


async def sites_supervised(work: Work, user_id: int) -> tuple[SiteId, ...]:
    """Return the sites whose gates a person supervises, by number."""
    query = select(SupervisedSiteRow.site_id).where(col(SupervisedSiteRow.user_id) == user_id)
    rows = (await work.session.exec(query.order_by(col(SupervisedSiteRow.site_id)))).all()
    return tuple(SiteId(one) for one in rows)


async def table_of_site(work: Work, site_id: SiteId) -> tuple[Supervisor, ...]:
    """Return a site's supervisors who have a PIN, as the feed carries them; without disabled people."""
    query = (
        select(SupervisorPinRow.user_id, SupervisorPinRow.verifier)
        .join(SupervisedSiteRow, col(SupervisedSiteRow.user_id) == col(SupervisorPinRow.user_id))
        .join(UserRow, col(UserRow.id) == col(SupervisorPinRow.user_id))
        .where(col(SupervisedSiteRow.site_id) == site_id, col(UserRow.is_disabled).is_(False))
    )
    return tuple(Supervisor(person_id, verifier) for person_id, verifier in (await work.session.exec(query)).all())


def _at(stored: int | None) -> Instant | None:
    return None if stored is None else Instant(stored)


def _require_strong(pin: str) -> None:
    weakness = sign_in.pin_weakness(pin)
    if weakness is not None:
        raise wrong_field(ProblemCode.PIN_WEAK, "pin", weakness)


async def seen(work: Work, user_id: int, name: str) -> SiteSupervisor:
    """Return a supervisor with what is set for them."""
    pin, card = await work.session.get(SupervisorPinRow, user_id), await work.session.get(SupervisorCardRow, user_id)
    return SiteSupervisor(user_id, name, None if pin is None else pin.set_at, None if card is None else card.set_at)


async def require_supervisor(work: Work, user_id: int) -> None:
    """Raise Problem unless a person supervises a site."""
    if not await _supervises_any(work, user_id):
        raise Problem(ProblemCode.CONFLICT, SUPERVISES_NOTHING.of())


async def locked_person(work: Work, name: str) -> tuple[int, UserRow]:
    """Return a person by name, locked: two transactions that change one supervisor at once take turns."""
    row = (await work.session.exec(select(UserRow).where(UserRow.name == name).with_for_update())).first()
    if row is None or row.id is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_USER_NAMED.of(name=name))
    return row.id, row


async def _supervises_any(work: Work, user_id: int) -> bool:
    query = select(SupervisedSiteRow.site_id).where(SupervisedSiteRow.user_id == user_id).limit(1)
    return (await work.session.exec(query)).first() is not None


async def _require_room(work: Work, site_id: SiteId) -> None:
    query = select(func.count()).select_from(SupervisedSiteRow).where(col(SupervisedSiteRow.site_id) == site_id)
    if (await work.session.exec(query)).one() >= MAX_SUPERVISORS:
        raise Problem(ProblemCode.CONFLICT, MOST_SUPERVISORS.of(most=MAX_SUPERVISORS))
