"""Imports: a file is read, checked and reported line by line; then all of its lines are stored, or none.

Laws: nothing but the file's lines is stored by the report, sealed, for an hour and for who made it; what has changed since is
found again when the report is applied; each change is audited as if it had been typed.
"""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, delete

from central.agencies import rows as agency_rows
from central.agencies.group_names import GroupNames, planned_persons
from central.agencies.rules.contracts import ContractPrice
from central.agencies.rules.visitors import Visitor
from central.agencies.service import Agencies
from central.audit import service as audit
from central.catalog import service as catalog
from central.domain.principal import Principal
from central.domain.problems import FieldFault, Problem, ProblemCode
from central.identity.accounts import Accounts, Profile, known_people
from central.imports.messages import LINES_CHANGED, NO_REPORT
from central.imports.rules.checks import AgencyPrice, KnownPeople, KnownTrade, NewUser, prices_of, users_of
from central.imports.rules.columns import Entry, ImportKind, entries_of
from central.imports.rules.findings import TEXTS, WHOLE_FILE, Finding, FindingCode
from central.imports.rules.group_names import visitors_of
from central.imports.rules.sheets import Line, Lines, lines_of_text
from central.imports.workbooks import MAGIC, lines_of_workbook
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.imports import ImportReportRow
from central.store.unit_of_work import Store, Work
from protocol.instants import MS_PER_MINUTE, Instant

KEPT_MS = 60 * MS_PER_MINUTE
# Each new person costs a hash of a password.
MOST_USERS = 500
MOST_TOLD = 100
Found = tuple[NewUser, ...] | tuple[AgencyPrice, ...] | tuple[Visitor, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file holds, and the group order that it is about (group names only)."""

    kind: ImportKind
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What is wrong with a file. `report_id` is what to apply; empty where something is wrong."""

    report_id: int | None
    kind: ImportKind
    line_count: int
    findings: tuple[Finding, ...]

    @property
    def finding_count(self) -> int:
        """Return how many findings there are."""
        return len(self.findings)


@dataclass(frozen=True, slots=True)
class Applied:
    """What was stored. `passwords` are the new people's one-time passwords by name, which nobody can read again."""

    kind: ImportKind
    line_count: int
    passwords: Mapping[str, str]


class Imports:
    """Reads files, and stores them."""

    def __init__(self, store: Store, accounts: Accounts, agencies: Agencies, group_names: GroupNames, seal: FieldSeal) -> None:
        """Take the store, the services that keep people, agencies and names, and the seal for lines."""
        self._store = store
        self._accounts = accounts
        self._agencies = agencies
        self._group_names = group_names
        self._seal = seal

    async def report(self, asked: Asked, data: bytes, by: Principal, now: Instant) -> Report:
        """Report on a file; keep its lines where nothing is wrong. Problem where its group is not there, or has ended."""
        lines = await asyncio.to_thread(_lines, data)
        if isinstance(lines, Finding):
            return Report(None, asked.kind, 0, (lines,))
        async with self._store.transaction() as work:
            _, findings = await _checked(work, asked, lines, by)
            report_id = None if findings else await self._keep(work, asked, lines, by, now)
        return Report(report_id, asked.kind, max(0, len(lines) - 1), findings)

    async def apply(self, report_id: int, by: Principal, now: Instant) -> Applied:
        """Store all lines of a report; Problem where it is gone, or the lines are wrong by now."""
        row, lines = await self._kept(report_id, by, now)
        kind, asked = ImportKind(row.kind), Asked(ImportKind(row.kind), row.order_id)
        names = [one.name for one in await self._users(kind, lines, by)]
        made = await self._accounts.one_time_passwords(names)
        async with self._store.transaction() as work:
            locked = await work.session.get(ImportReportRow, report_id, with_for_update=True)
            if locked is None:
                raise _gone(report_id)
            found, findings = await _checked(work, asked, lines, by)
            if findings:
                raise _changed(findings)
            await work.session.delete(locked)
            if asked.order_id is None:
                await self._store_all(work, found, {name: stored for name, (_, stored) in made.items()}, by, now)
            else:
                visitors = tuple(one for one in found if isinstance(one, Visitor))
                await self._group_names.replace(work, asked.order_id, visitors, by.user_id, now)
            audit.record(work, now, by.user_id, "import.apply", f"import:{report_id}", kind=kind.value, lines=len(lines) - 1)
        return Applied(kind, len(lines) - 1, {name: password for name, (password, _) in made.items()})

    async def kind(self, report_id: int, by: Principal, now: Instant) -> ImportKind:
        """Return what a report is about; Problem where it is gone."""
        return ImportKind((await self._kept(report_id, by, now))[0].kind)

    async def forget_old(self, now: Instant) -> None:
        """Delete the lines of reports that nobody has applied within an hour; a job calls it."""
        async with self._store.transaction() as work:
            await work.session.exec(delete(ImportReportRow).where(col(ImportReportRow.made_at) < now - KEPT_MS))

    async def _keep(self, work: Work, asked: Asked, lines: Lines, by: Principal, now: Instant) -> int:
        row = ImportReportRow(kind=asked.kind.value, order_id=asked.order_id, lines_sealed=b"", made_by=by.user_id, made_at=now)
        work.session.add(row)
        await work.session.flush()
        assert row.id is not None, "a stored report has its number"
        said = json.dumps([[one.number, *one.cells] for one in lines])
        row.lines_sealed = self._seal.seal(said, _place(row.id))
        work.session.add(row)
        return row.id

    async def _kept(self, report_id: int, by: Principal, now: Instant) -> tuple[ImportReportRow, Lines]:
        async with self._store.reading() as work:
            row = await work.session.get(ImportReportRow, report_id)
        if row is None or row.made_by != by.user_id or row.made_at < now - KEPT_MS:
            raise _gone(report_id)
        said = json.loads(self._seal.open(row.lines_sealed, _place(report_id)))
        return row, tuple(Line(number, tuple(cells)) for number, *cells in said)

    async def _users(self, kind: ImportKind, lines: Lines, by: Principal) -> tuple[NewUser, ...]:
        if kind is not ImportKind.USERS:
            return ()
        async with self._store.reading() as work:
            return (await _users(work, entries_of(kind, lines)[0], by))[0]

    async def _store_all(self, work: Work, found: Found, hashed: Mapping[str, str], by: Principal, now: Instant) -> None:
        people: dict[str, Profile] = {}
        prices: dict[int, list[ContractPrice]] = {}
        for one in found:
            if isinstance(one, NewUser):
                people[one.name] = Profile(one.full_name, one.channel, one.role_ids)
            elif isinstance(one, AgencyPrice):
                prices.setdefault(one.agency_id, []).append(one.price)
        await self._accounts.add_all(work, people, hashed, by, now)
        for agency_id in sorted(prices):
            await self._agencies.import_prices(work, agency_id, tuple(prices[agency_id]), by.user_id, now)


def _lines(data: bytes) -> Lines | Finding:
    return lines_of_workbook(data) if data.startswith(MAGIC) else lines_of_text(data)


async def _checked(work: Work, asked: Asked, lines: Lines, by: Principal) -> tuple[Found, tuple[Finding, ...]]:
    """Return what the lines would store, and all that is wrong with them by what is there now."""
    entries, wrong = entries_of(asked.kind, lines)
    if not entries:
        return (), wrong
    found, findings = await _found(work, asked, entries, by)
    every = dict.fromkeys((*wrong, *findings))
    return found, tuple(sorted(every, key=lambda one: one.line))


async def _found(work: Work, asked: Asked, entries: tuple[Entry, ...], by: Principal) -> tuple[Found, tuple[Finding, ...]]:
    match asked.kind:
        case ImportKind.USERS:
            return await _users(work, entries, by)
        case ImportKind.AGENCY_PRICES:
            return await _prices(work, entries)
        case ImportKind.GROUP_NAMES:
            return visitors_of(entries, await planned_persons(work, asked.order_id or 0))


async def _users(work: Work, entries: tuple[Entry, ...], by: Principal) -> tuple[tuple[NewUser, ...], tuple[Finding, ...]]:
    if len(entries) > MOST_USERS:
        return (), (Finding(WHOLE_FILE, "", FindingCode.TOO_MANY_LINES),)
    return users_of(entries, KnownPeople(*await known_people(work, [one["name"] for one in entries], by)))


async def _prices(work: Work, entries: tuple[Entry, ...]) -> tuple[Found, tuple[Finding, ...]]:
    return prices_of(entries, KnownTrade(await agency_rows.numbers_by_name(work), await catalog.types_by_name(work)))


def _place(report_id: int) -> SealedField:
    return SealedField("import_report", "lines", str(report_id))


def _gone(report_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_REPORT.of(report_id=report_id))


def _changed(findings: tuple[Finding, ...]) -> Problem:
    faults = tuple(FieldFault(f"lines.{one.line}.{one.column}", TEXTS[one.code].of()) for one in findings[:MOST_TOLD])
    return Problem(ProblemCode.CONFLICT, LINES_CHANGED.of(count=len(findings)), fields=faults)
