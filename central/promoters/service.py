"""Promoters and their groups (分销渠道), and the promoter that gets the credit for an order.

Laws: a promoter is disabled, never deleted, so that reports stay complete; from then on no order is credited to a disabled
promoter, or to a promoter in a disabled group; a new code ends the old one. Every change is audited.
"""

from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from central.audit import service as audit
from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.domain.messages import NAME_TAKEN
from central.domain.ports import RandomBytes
from central.domain.problems import FieldFault, Problem, ProblemCode
from central.promoters.messages import NO_PROMOTER, NO_PROMOTER_GROUP, PROMOTER_GROUP_EXISTS
from central.promoters.rules.attribution import CODE_BYTES, PromoterKind, Promotion, code_of, typed
from central.store.tables.promoters import PromoterGroupRow, PromoterRow
from central.store.unit_of_work import Store, Work
from protocol.instants import Instant


@dataclass(frozen=True, slots=True)
class PromoterGroupWish:
    """What people set of a group."""

    name: str
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class PromoterGroup:
    """A group of promoters."""

    group_id: int
    wish: PromoterGroupWish


@dataclass(frozen=True, slots=True)
class PromoterWish:
    """What people set of a promoter; the commission is kept for later."""

    kind: PromoterKind
    name: str
    group_id: int | None
    commission_permille: int | None
    is_disabled: bool


@dataclass(frozen=True, slots=True)
class Promoter:
    """A promoter, with the code of their own."""

    promoter_id: int
    wish: PromoterWish
    code: str
    created_at: Instant


class PromoterState(StrEnum):
    """Whether orders may be credited to a promoter. A disabled group stops that for its promoters, and changes no state."""

    ACTIVE = "active"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class WantedPromoters:
    """A filter; a field that is left out does not restrict. `text` is a part of the name or of the code, in any case."""

    text: str | None = None
    group_id: int | None = None
    state: PromoterState | None = None

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return the conditions on a promoter's row."""
        row, found = PromoterRow, list[ColumnElement[bool]]()
        if self.text is not None:
            name, code = col(row.name), col(row.code)
            found.append(name.icontains(self.text, autoescape=True) | code.icontains(self.text, autoescape=True))
        if self.group_id is not None:
            found.append(col(row.group_id) == self.group_id)
        if self.state is not None:
            found.append(col(row.is_disabled).is_(self.state is PromoterState.DISABLED))
        return found


class Promoters:
    """Keeps the promoters."""

    def __init__(self, store: Store, random_bytes: RandomBytes) -> None:
        """Take the store and the source of codes."""
        self._store = store
        self._random_bytes = random_bytes

    async def groups(self) -> tuple[PromoterGroup, ...]:
        """Return all groups by name."""
        async with self._store.reading() as work:
            query = select(PromoterGroupRow).order_by(col(PromoterGroupRow.name))
            return tuple(_group(row) for row in (await work.session.exec(query)).all())

    async def add_group(self, wish: PromoterGroupWish, by: int, now: Instant) -> PromoterGroup:
        """Add a group; Problem where its name is taken."""
        async with self._store.transaction() as work:
            await _require_free(work, wish.name, None)
            row = PromoterGroupRow(name=wish.name, is_disabled=wish.is_disabled)
            work.session.add(row)
            await work.session.flush()
            audit.record(work, now, by, "promoter-group.add", f"promoter-group:{row.id}", changes=changes_between(None, wish))
            return _group(row)

    async def change_group(
        self, group_id: int, wish: PromoterGroupWish, by: int, now: Instant, seen: int | None = None
    ) -> PromoterGroup:
        """Rename, disable or enable a group; Problem where there is none, the name is taken, or `seen` is stale."""
        subject = f"promoter-group:{group_id}"
        async with self._store.transaction() as work:
            row = await _locked_group(work, group_id)
            await versions.claim(work, subject, seen)
            await _require_free(work, wish.name, group_id)
            edit = Edit(subject, "promoter-group.change", changes_between(_group(row).wish, wish))
            row.name, row.is_disabled = wish.name, wish.is_disabled
            work.session.add(row)
            await versions.record(work, now, by, edit)
            return _group(row)

    async def promoters(self, wanted: WantedPromoters, after: int | None, limit: int) -> tuple[Promoter, ...]:
        """Return promoters by number, those after a number."""
        query = select(PromoterRow).where(col(PromoterRow.id) > (after or 0), *wanted.conditions())
        query = query.order_by(col(PromoterRow.id)).limit(limit)
        async with self._store.reading() as work:
            return tuple(_promoter(row) for row in (await work.session.exec(query)).all())

    async def promoter(self, promoter_id: int) -> Promoter:
        """Return a promoter; Problem where there is none."""
        async with self._store.reading() as work:
            row = await work.session.get(PromoterRow, promoter_id)
        if row is None:
            raise _not_there(promoter_id)
        return _promoter(row)

    async def add(self, wish: PromoterWish, by: int, now: Instant) -> Promoter:
        """Add a promoter with a code; Problem where the group does not exist."""
        async with self._store.transaction() as work:
            row = PromoterRow(kind=wish.kind, name="", code=self._code(), is_disabled=False, created_at=now)
            await _write(work, row, wish)
            audit.record(work, now, by, "promoter.add", f"promoter:{row.id}", changes=changes_between(None, wish))
            return _promoter(row)

    async def change(self, promoter_id: int, wish: PromoterWish, by: int, now: Instant, seen: int | None = None) -> Promoter:
        """Change, disable or enable a promoter; Problem where there is none, the group does not exist, or `seen` is stale."""
        subject = f"promoter:{promoter_id}"
        async with self._store.transaction() as work:
            row = await _locked(work, promoter_id)
            await versions.claim(work, subject, seen)
            edit = Edit(subject, "promoter.change", changes_between(_promoter(row).wish, wish))
            await _write(work, row, wish)
            await versions.record(work, now, by, edit)
            return _promoter(row)

    async def renew_code(self, promoter_id: int, by: int, now: Instant) -> Promoter:
        """Give a promoter a new code; the old one is unknown from now on."""
        async with self._store.transaction() as work:
            row = await _locked(work, promoter_id)
            code = self._code()
            changes = changes_between({"code": row.code}, {"code": code})
            row.code = code
            work.session.add(row)
            await versions.claim(work, f"promoter:{promoter_id}", None)
            await versions.record(work, now, by, Edit(f"promoter:{promoter_id}", "promoter.renew-code", changes))
            return _promoter(row)

    def _code(self) -> str:
        return code_of(self._random_bytes(CODE_BYTES))


async def attributed(work: Work, code: str | None) -> tuple[int | None, Promotion | None]:
    """Return the promoter that gets the credit for an order with this code, and what became of the code; none without one."""
    if code is None:
        return None, None
    query = select(PromoterRow.id, PromoterRow.is_disabled, PromoterGroupRow.is_disabled).select_from(PromoterRow)
    query = query.join(PromoterGroupRow, col(PromoterGroupRow.id) == col(PromoterRow.group_id), isouter=True)
    found = (await work.session.exec(query.where(PromoterRow.code == typed(code)))).first()
    if found is None:
        return None, Promotion.UNKNOWN
    promoter_id, is_disabled, is_group_disabled = found
    if is_disabled or is_group_disabled:
        return None, Promotion.DISABLED
    return promoter_id, Promotion.ATTRIBUTED


async def _write(work: Work, row: PromoterRow, wish: PromoterWish) -> None:
    if wish.group_id is not None:
        await _locked_group(work, wish.group_id)
    row.kind, row.name, row.group_id = wish.kind, wish.name, wish.group_id
    row.commission_permille, row.is_disabled = wish.commission_permille, wish.is_disabled
    work.session.add(row)
    await work.session.flush()


async def _require_free(work: Work, name: str, own: int | None) -> None:
    found = (await work.session.exec(select(PromoterGroupRow.id).where(PromoterGroupRow.name == name))).first()
    if found is not None and found != own:
        fault = FieldFault("name", NAME_TAKEN.of())
        raise Problem(ProblemCode.CONFLICT, PROMOTER_GROUP_EXISTS.of(name=name), fields=(fault,))


async def _locked(work: Work, promoter_id: int) -> PromoterRow:
    row = await work.session.get(PromoterRow, promoter_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise _not_there(promoter_id)
    return row


async def _locked_group(work: Work, group_id: int) -> PromoterGroupRow:
    row = await work.session.get(PromoterGroupRow, group_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_PROMOTER_GROUP.of(group_id=group_id))
    return row


def _not_there(promoter_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_PROMOTER.of(promoter_id=promoter_id))


def _group(row: PromoterGroupRow) -> PromoterGroup:
    assert row.id is not None, "a stored group has its number"
    return PromoterGroup(row.id, PromoterGroupWish(row.name, row.is_disabled))


def _promoter(row: PromoterRow) -> Promoter:
    assert row.id is not None, "a stored promoter has its number"
    wish = PromoterWish(PromoterKind(row.kind), row.name, row.group_id, row.commission_permille, row.is_disabled)
    return Promoter(row.id, wish, row.code, row.created_at)
