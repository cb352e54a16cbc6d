"""Versions of what people edit, by the audit subject: a person who changes a thing names the version that they read.

Laws: of two that change one thing at the same moment exactly one wins, because the version is locked before anything of the thing
is read; the other one is told who changed what and when. A version rises in the transaction of its change, never without one.
"""

from dataclasses import dataclass

import sqlalchemy

from central.audit import service as audit
from central.audit.messages import CHANGED_BY, MUST_BE_VERSION, NO_SUCH_VERSION
from central.audit.rules.changes import Changes, fields_of
from central.domain.problems import FieldFault, Problem, ProblemCode
from central.domain.versions import VersionNumbers
from central.store.tables.audit import EditVersionRow
from central.store.tables.metadata import METADATA
from central.store.unit_of_work import Store, Work
from central.store.upsert import insert_missing
from protocol.instants import Instant, to_datetime

NEVER_CHANGED = 0
_versions = METADATA.tables["edit_version"]
_people = METADATA.tables["user_account"]


@dataclass(frozen=True, slots=True)
class EditVersion:
    """How often a thing was changed, and its last change; `changed_by` None: the system."""

    number: int = NEVER_CHANGED
    changed_at: Instant | None = None
    changed_by: int | None = None
    action: str = ""
    fields: str = ""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a thing: the audit's subject and action, and the fields that it sets otherwise, before and after."""

    subject: str
    action: str
    changes: Changes


async def claim(work: Work, subject: str, seen: int | None) -> EditVersion:
    """Lock a thing's version to the end of the transaction; Problem where it is not the one that the caller has seen.

    `seen` None: the change replaces what stands, as jobs do.
    """
    connection = await work.connection()
    await insert_missing(connection, EditVersionRow, [{"subject": subject, "number": NEVER_CHANGED, "action": "", "fields": ""}])
    locked = sqlalchemy.select(_versions).where(_versions.c.subject == subject).with_for_update()
    stands = _version((await connection.execute(locked)).one())
    if seen is not None and seen != stands.number:
        raise await conflict(work, stands)
    return stands


async def record(work: Work, now: Instant, by: int | None, edit: Edit, **detail: str | int | None) -> None:
    """Raise the version of a thing that this transaction has claimed, and record the act."""
    raised = sqlalchemy.update(_versions).where(_versions.c.subject == edit.subject)
    said = {"changed_at": now, "changed_by": by, "action": edit.action, "fields": " ".join(fields_of(edit.changes))}
    await (await work.connection()).execute(raised.values(number=_versions.c.number + 1, **said))
    audit.record(work, now, by, edit.action, edit.subject, changes=edit.changes, **detail)


class EditVersions:
    """Implements `domain.versions.VersionReader`."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def numbers_of(self, kinds: frozenset[str]) -> VersionNumbers:
        """Return the versions of all things of these kinds, by subject."""
        of_kinds = sqlalchemy.or_(*(_versions.c.subject.like(f"{kind}:%") for kind in sorted(kinds)))
        async with self._store.asking() as connection:
            rows = await connection.execute(sqlalchemy.select(_versions.c.subject, _versions.c.number).where(of_kinds))
            return {row.subject: row.number for row in rows}


async def conflict(work: Work, stands: EditVersion) -> Problem:
    """Return the refusal of a change that was made from another version: who changed what, and when."""
    fault = FieldFault("version", MUST_BE_VERSION.of(number=stands.number))
    if stands.changed_at is None:
        return Problem(ProblemCode.VERSION_CONFLICT, NO_SUCH_VERSION.of(), fields=(fault,))
    said = CHANGED_BY.of(
        name=await _name_of(work, stands.changed_by),
        fields=stands.fields or "-",
        at=to_datetime(stands.changed_at),
        action=stands.action,
    )
    return Problem(ProblemCode.VERSION_CONFLICT, said, fields=(fault,))


async def _name_of(work: Work, person: int | None) -> str:
    if person is None:
        return "the system"
    query = sqlalchemy.select(_people.c.name, _people.c.full_name).where(_people.c.id == person)
    name, full_name = (await (await work.connection()).execute(query)).one()
    return str(full_name or name)


def _version(row: sqlalchemy.Row[tuple[object, ...]]) -> EditVersion:
    return EditVersion(row.number, row.changed_at, row.changed_by, row.action, row.fields)
