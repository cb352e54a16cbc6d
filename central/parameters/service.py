"""The parameters in force, and their change.

Laws: secrets are sealed at rest, to their group, and leave only towards the code that uses them; each change is audited with
its values before and after, of secrets and phone numbers only that they changed; where two people change one group at once, the
later one gets a Problem. A change takes effect in every process without a restart: code that keeps a thing made from a group
reads `versions` before it uses it.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import ValidationError
from sqlmodel import select

from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit, EditVersion
from central.domain.principal import Principal
from central.domain.problems import invalid
from central.parameters.groups import KINDS, ParameterGroup, ParameterGroupName
from central.parameters.rules.changes import NOTHING, Kept, Values, changed, parsed, split, unsaid_names
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.parameters import ParameterGroupRow
from central.store.unit_of_work import Store, Work
from protocol.errors import SettingsError
from protocol.instants import Instant

NEVER_SET = 0
CHANGE = "parameters.change"
# Called in the transaction that changes a group, with the old and the new values; Problem where the group must stay for now.
Guard = Callable[[Work, Values, Values], Awaitable[None]]
GroupT = TypeVar("GroupT", bound=ParameterGroup)
_NAMES: dict[type[ParameterGroup], ParameterGroupName] = {kind: name for name, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class ParameterGroupState:
    """A group without its secrets' values: `secrets` names those that are set. Version 0 was never set."""

    group: ParameterGroupName
    version: int
    plain: Values
    secrets: frozenset[str]
    changed_at: Instant | None
    changed_by: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """New values of a group; `version` is the version that they were made from."""

    group: ParameterGroupName
    version: int
    values: Values


@dataclass(frozen=True, slots=True)
class Current(Generic[GroupT]):
    """A group's values in full, for the code that uses them."""

    version: int
    values: GroupT


class Parameters:
    """Keeps the groups."""

    def __init__(self, store: Store, seal: FieldSeal, guards: Mapping[ParameterGroupName, Guard]) -> None:
        """Take the store, the seal for secrets, and the checks that must agree to changes."""
        self._store = store
        self._seal = seal
        self._guards = guards

    async def groups(self) -> tuple[ParameterGroupState, ...]:
        """Return all groups, also those that were never set."""
        async with self._store.reading() as work:
            rows = {row.name: row for row in (await work.session.exec(select(ParameterGroupRow))).all()}
        return tuple(self._state(group, rows.get(group)) for group in ParameterGroupName)

    async def group(self, group: ParameterGroupName) -> ParameterGroupState:
        """Return a group."""
        async with self._store.reading() as work:
            return self._state(group, await work.session.get(ParameterGroupRow, group))

    async def change(self, wanted: Change, by: Principal, now: Instant) -> ParameterGroupState:
        """Change a group as a whole. Problem where it is not valid, must stay for now, or another person changed it meanwhile."""
        group = wanted.group
        async with self._store.transaction() as work:
            # The version's row is there also for a group that was never set, so that two first changes wait for each other.
            last = await versions.claim(work, f"parameters:{group}", None)
            row = await work.session.get(ParameterGroupRow, group, with_for_update=True, populate_existing=True)
            version = NEVER_SET if row is None else row.version
            if version != wanted.version:
                at, who = (None, None) if row is None else (row.changed_at, row.changed_by)
                raise await versions.conflict(work, EditVersion(version, at, who, CHANGE, last.fields))
            before = NOTHING if row is None else self._kept(row)
            after = split(group, _valid(group, wanted.values, before))
            names = changed(before, after)
            if row is not None and not names:
                return self._state(group, row)
            if row is not None and group in self._guards:
                await self._guards[group](work, before.plain, after.plain)
            row = row or ParameterGroupRow(
                name=group, version=0, stated="", secrets_sealed=b"", changed_at=now, changed_by=by.user_id
            )
            row.version, row.changed_at, row.changed_by = version + 1, now, by.user_id
            row.stated = json.dumps(after.plain)
            row.secrets_sealed = self._seal.seal(json.dumps(after.secrets), _place(group))
            work.session.add(row)
            was, stands = ({**one.plain, **one.secrets} for one in (before, after))
            changes = changes_between(was, stands, unsaid_names(group))
            await versions.record(work, now, by.user_id, Edit(f"parameters:{group}", CHANGE, changes), version=row.version)
        return self._state(group, row)

    async def versions(self) -> Mapping[ParameterGroupName, int]:
        """Return the current version of each group that is set."""
        async with self._store.reading() as work:
            found = (await work.session.exec(select(ParameterGroupRow.name, ParameterGroupRow.version))).all()
        return {ParameterGroupName(name): version for name, version in found}

    async def current(self, kind: type[GroupT]) -> Current[GroupT] | None:
        """Return a group's values with its secrets; None where it was never set. SettingsError where they are not valid now."""
        group = _NAMES[kind]
        async with self._store.reading() as work:
            row = await work.session.get(ParameterGroupRow, group)
        if row is None:
            return None
        kept = self._kept(row)
        try:
            values = parsed(group, kept.plain, kept)
        except ValidationError as error:
            raise SettingsError(f"the parameters {group} are not valid in this version of Paifang; set them again") from error
        assert isinstance(values, kind), "a group is read as its own kind"
        return Current(row.version, values)

    def _kept(self, row: ParameterGroupRow) -> Kept:
        return Kept(json.loads(row.stated), json.loads(self._seal.open(row.secrets_sealed, _place(row.name))))

    def _state(self, group: ParameterGroupName, row: ParameterGroupRow | None) -> ParameterGroupState:
        if row is None:
            return ParameterGroupState(group, NEVER_SET, {}, frozenset(), None, None)
        kept = self._kept(row)
        return ParameterGroupState(group, row.version, kept.plain, frozenset(kept.secrets), row.changed_at, row.changed_by)


def _valid(group: ParameterGroupName, values: Values, kept: Kept) -> ParameterGroup:
    try:
        return parsed(group, values, kept)
    except ValidationError as error:
        raise invalid(error) from error


def _place(name: str) -> SealedField:
    return SealedField("parameter_group", "secrets_sealed", name)
