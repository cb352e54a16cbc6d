"""Faces: kept in versions, and given to ticket types and sites.

Laws: each change makes a new version, and older ones stay as they were; a change made from an older version is refused; a face
that a type or a site uses is not deleted. Every change is audited.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlmodel import col, delete, func, select

from central.audit import service as audit
from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.catalog import service as catalog
from central.domain.messages import NO_TICKET_TYPE
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.domain.saying import Said
from central.faces.messages import (
    FACE_EXISTS,
    FACE_IN_USE,
    NO_FACE,
    NO_FACE_GIVEN,
    TOO_MANY_FACES,
    USED_BY_BOTH,
    USED_BY_SITES,
    USED_BY_TYPES,
)
from central.faces.pictures import pictures_there
from central.faces.rules.placing import picture_ids, require_right
from central.faces.template import Template
from central.store.tables.faces import FaceOfSiteRow, FaceOfTypeRow, FaceRow, FaceVersionRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import SiteId, TicketTypeId
from protocol.instants import Instant

MOST_FACES = 500
_USES_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Face:
    """A version of a face, and the types and sites that use the face."""

    face_id: int
    version: int
    template: Template
    changed_at: Instant
    changed_by: int
    ticket_types: tuple[TicketTypeId, ...]
    sites: tuple[SiteId, ...]


class Faces:
    """Keeps faces."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def all_faces(self) -> tuple[Face, ...]:
        """Return the newest version of each face by number; there are 500 at most."""
        async with self._store.reading() as work:
            return await _faces(work, None)

    async def face(self, face_id: int) -> Face:
        """Return the newest version of a face; Problem where there is none."""
        async with self._store.reading() as work:
            return await _face(work, face_id)

    async def versions(self, face_id: int, after: int | None, limit: int) -> tuple[Face, ...]:
        """Return a face's versions by number, those after one; Problem where there is no such face."""
        async with self._store.reading() as work:
            newest, row = await _face(work, face_id), FaceVersionRow
            newer = [] if after is None else [col(row.version) > after]
            query = select(row).where(col(row.face_id) == face_id, *newer)
            rows = (await work.session.exec(query.order_by(col(row.version)).limit(limit))).all()
        return tuple(_shown(one, newest.ticket_types, newest.sites) for one in rows)

    async def add(self, template: Template, by: int, now: Instant) -> Face:
        """Add a face; Problem where something is wrong with it, its name is taken, or there are too many."""
        async with self._store.transaction() as work:
            await _require_right(work, template)
            await _require_free(work, template.name, None)
            if (await work.session.exec(select(func.count()).select_from(FaceRow))).one() >= MOST_FACES:
                raise Problem(ProblemCode.CONFLICT, TOO_MANY_FACES.of(most=MOST_FACES))
            row = FaceRow(name=template.name, version=versions.NEVER_CHANGED)
            work.session.add(row)
            await work.session.flush()
            audit.record(work, now, by, "face.add", f"face:{row.id}", changes=changes_between(None, template))
            return await _stored(work, row, template, by, now)

    async def change(self, face_id: int, version: int, template: Template, by: int, now: Instant) -> Face:
        """Make a new version from the one that the person read; Problem where another person was first."""
        async with self._store.transaction() as work:
            subject = f"face:{face_id}"
            stands = await versions.claim(work, subject, version)
            row = await _locked(work, face_id)
            await _require_right(work, template)
            await _require_free(work, template.name, face_id)
            edit = Edit(subject, "face.change", changes_between((await _face(work, face_id)).template, template))
            row.name, row.version = template.name, stands.number + 1
            await versions.record(work, now, by, edit, name=template.name, version=row.version)
            return await _stored(work, row, template, by, now)

    async def remove(self, face_id: int, by: int, now: Instant) -> None:
        """Delete a face with all its versions; Problem where a type or a site uses it."""
        async with self._store.transaction() as work:
            row = await _locked(work, face_id)
            face = await _face(work, face_id)
            _require_unused(face)
            await work.session.exec(delete(FaceVersionRow).where(col(FaceVersionRow.face_id) == face_id))
            await work.session.delete(row)
            audit.record(work, now, by, "face.delete", f"face:{face_id}", changes=changes_between(face.template, None))

    async def of_type(self, type_id: TicketTypeId) -> int | None:
        """Return the face of a type's own; Problem where there is no such type."""
        async with self._store.reading() as work:
            if type_id not in await catalog.ticket_types(work, (type_id,)):
                raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=type_id))
            return await _own_of_type(work, type_id)

    async def of_site(self, site_id: SiteId) -> int | None:
        """Return the face of a site's own; Problem where there is no such site."""
        async with self._store.reading() as work:
            await catalog.site(work, site_id)
            return await _own_of_site(work, site_id)

    async def give_to_type(self, type_id: TicketTypeId, face_id: int | None, seen: int, by: int, now: Instant) -> None:
        """Let tickets of a type be printed with a face (None: with its site's).

        Problem where one of them is not there, or the choice was changed since version `seen`.
        """
        subject = f"ticket-type-face:{type_id}"
        async with self._store.transaction() as work:
            await versions.claim(work, subject, seen)
            if type_id not in await catalog.ticket_types(work, (type_id,)):
                raise Problem(ProblemCode.NOT_FOUND, NO_TICKET_TYPE.of(type_id=type_id))
            changes = changes_between({"face_id": await _own_of_type(work, type_id)}, {"face_id": face_id})
            await work.session.exec(delete(FaceOfTypeRow).where(col(FaceOfTypeRow.ticket_type_id) == type_id))
            if face_id is not None:
                await _locked(work, face_id)
                work.session.add(FaceOfTypeRow(ticket_type_id=type_id, face_id=face_id))
            await versions.record(work, now, by, Edit(subject, "face.give", changes))

    async def give_to_site(self, site_id: SiteId, face_id: int | None, seen: int, by: int, now: Instant) -> None:
        """Let a face be that of a site's types without one (None: no face).

        Problem where one of them is not there, or the choice was changed since version `seen`.
        """
        subject = f"site-face:{site_id}"
        async with self._store.transaction() as work:
            await versions.claim(work, subject, seen)
            await catalog.site(work, site_id)
            changes = changes_between({"face_id": await _own_of_site(work, site_id)}, {"face_id": face_id})
            await work.session.exec(delete(FaceOfSiteRow).where(col(FaceOfSiteRow.site_id) == site_id))
            if face_id is not None:
                await _locked(work, face_id)
                work.session.add(FaceOfSiteRow(site_id=site_id, face_id=face_id))
            await versions.record(work, now, by, Edit(subject, "face.give", changes))


async def face_for(work: Work, type_id: TicketTypeId, site_id: SiteId) -> Face:
    """Return the face that a ticket is printed with: its type's, else its site's; Problem where neither has one."""
    face_id = await _own_of_type(work, type_id)
    if face_id is None:
        face_id = await _own_of_site(work, site_id)
    if face_id is None:
        raise Problem(ProblemCode.NOT_FOUND, NO_FACE_GIVEN.of(type_id=type_id, site_id=site_id))
    return await _face(work, face_id)


async def _own_of_type(work: Work, type_id: TicketTypeId) -> int | None:
    row = FaceOfTypeRow
    return (await work.session.exec(select(row.face_id).where(col(row.ticket_type_id) == type_id))).first()


async def _own_of_site(work: Work, site_id: SiteId) -> int | None:
    return (await work.session.exec(select(FaceOfSiteRow.face_id).where(col(FaceOfSiteRow.site_id) == site_id))).first()


async def _face(work: Work, face_id: int) -> Face:
    found = await _faces(work, face_id)
    if not found:
        raise _not_there(face_id)
    return found[0]


async def _faces(work: Work, face_id: int | None) -> tuple[Face, ...]:
    row = FaceVersionRow
    query = select(row).join(FaceRow, (col(FaceRow.id) == col(row.face_id)) & (col(FaceRow.version) == col(row.version)))
    query = query if face_id is None else query.where(col(row.face_id) == face_id)
    rows = (await work.session.exec(query.order_by(col(row.face_id)))).all()
    types, sites = await _uses(work, {one.face_id for one in rows})
    return tuple(_shown(one, types.get(one.face_id, []), sites.get(one.face_id, [])) for one in rows)


async def _uses(work: Work, face_ids: Collection[int]) -> tuple[dict[int, list[TicketTypeId]], dict[int, list[SiteId]]]:
    types: dict[int, list[TicketTypeId]] = {}
    of_type = select(FaceOfTypeRow).where(col(FaceOfTypeRow.face_id).in_(face_ids)).order_by(col(FaceOfTypeRow.ticket_type_id))
    for one in (await work.session.exec(of_type)).all():
        types.setdefault(one.face_id, []).append(one.ticket_type_id)
    sites: dict[int, list[SiteId]] = {}
    of_site = select(FaceOfSiteRow).where(col(FaceOfSiteRow.face_id).in_(face_ids)).order_by(col(FaceOfSiteRow.site_id))
    for at in (await work.session.exec(of_site)).all():
        sites.setdefault(at.face_id, []).append(at.site_id)
    return types, sites


def _shown(row: FaceVersionRow, types: Sequence[TicketTypeId], sites: Sequence[SiteId]) -> Face:
    template = Template.model_validate_json(row.template)
    return Face(row.face_id, row.version, template, row.changed_at, row.changed_by, tuple(types), tuple(sites))


async def _stored(work: Work, row: FaceRow, template: Template, by: int, now: Instant) -> Face:
    work.session.add(row)
    assert row.id is not None, "a stored face has its number"
    stated = template.model_dump_json()
    work.session.add(FaceVersionRow(face_id=row.id, version=row.version, template=stated, changed_at=now, changed_by=by))
    await work.session.flush()
    return await _face(work, row.id)


async def _locked(work: Work, face_id: int) -> FaceRow:
    row = await work.session.get(FaceRow, face_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise _not_there(face_id)
    return row


async def _require_right(work: Work, template: Template) -> None:
    require_right(template, await pictures_there(work, picture_ids(template)))


async def _require_free(work: Work, name: str, own: int | None) -> None:
    found = (await work.session.exec(select(FaceRow.id).where(col(FaceRow.name) == name))).first()
    if found is not None and found != own:
        raise wrong_field(ProblemCode.CONFLICT, "template.name", FACE_EXISTS.of(name=name))


def _require_unused(face: Face) -> None:
    uses = _uses_of(face)
    if uses is not None:
        raise Problem(ProblemCode.CONFLICT, FACE_IN_USE.of(uses=uses))


def _uses_of(face: Face) -> Said | None:
    types = USED_BY_TYPES.of(types=", ".join(map(str, face.ticket_types[:_USES_SHOWN])))
    sites = USED_BY_SITES.of(sites=", ".join(map(str, face.sites[:_USES_SHOWN])))
    if face.ticket_types and face.sites:
        return USED_BY_BOTH.of(types=types, sites=sites)
    if face.ticket_types:
        return types
    return sites if face.sites else None


def _not_there(face_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_FACE.of(face_id=face_id))
