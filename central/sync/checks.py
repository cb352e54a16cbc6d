"""Checks of tickets by people with a phone: decided as an agent's online admission is, journalled in the office's name.

Laws: the same `decide`, under the same locks; the same attempt gets the same answer and is recorded once; a person checks at the
sites that they supervise. Within a minute the person may say that the passage did not happen; after that it counts as passed.
Until then no gate takes the release up again (`online_journal.open_release`).
"""

from dataclasses import dataclass, replace
from typing import Protocol

import sqlalchemy
from sqlalchemy import case, func
from sqlmodel import col

from central.admissions import judging
from central.audit import service as audit
from central.audit.rules.changes import changes_between
from central.catalog import service as catalog
from central.catalog.holder_keys import HolderKeys
from central.catalog.rules.business_days import business_days
from central.devices import check_points, office_agent
from central.domain.problems import Problem, ProblemCode
from central.identity.supervisors import sites_supervised, supervises
from central.sales.holders import hashed
from central.store.tables.admissions import CheckRow
from central.store.unit_of_work import Store, Work
from central.sync import check_rows, online_journal, online_store
from central.sync.check_rows import Checked
from central.sync.deciding import Case, Deciding, DecisionPorts, Opened, judged
from central.sync.messages import CHECK_OF_ANOTHER, NOT_YOUR_SITE
from central.sync.online_answers import Attempt
from central.sync.online_journal import NextEntry
from central.sync.rules.checks import CheckResult, why_not_undone
from central.sync.site_tables import SiteTables
from protocol.admission.facts import DocumentCard, HolderShown
from protocol.admission.policy import CheckPoint, CheckPointState
from protocol.admission.verdict import Admit, LetOut, Verdict
from protocol.holders import Document
from protocol.identifiers import AttemptId, CheckPointId, SiteId, TicketId
from protocol.instants import Instant
from protocol.journal.events import OutcomeResult
from protocol.scan_parser import Shown, read_card, read_code


@dataclass(frozen=True, slots=True)
class AskedCheck:
    """What a person with a phone has before them: a text as scanned or typed, or a document; and how many come in."""

    check_point: CheckPointId
    attempt_id: AttemptId
    text: str | None
    document: Document | None
    persons: int
    holder_confirmed: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """Today's checks by phone at a check point: persons let through, and checks that were refused; in all, and one's own."""

    admitted: int
    refused: int
    own_admitted: int
    own_refused: int


class SiteKeyring(Protocol):
    """What checks need of the catalogue."""

    async def holder_keys(self, work: Work, site_id: SiteId) -> HolderKeys:
        """Return the keys by which a site's gates know holders."""
        ...


class Checks:
    """Decides for people."""

    def __init__(self, store: Store, ports: DecisionPorts, keys: SiteKeyring) -> None:
        """Take the store, what decisions need, and the keys that hash documents."""
        self._store = store
        self._ports = ports
        self._deciding = Deciding(ports)
        self._keys = keys

    async def check(self, asked: AskedCheck, by: int, now: Instant) -> Checked:
        """Decide a showing and record it; Problem where the person may not check there, or the attempt was another check."""
        async with self._store.transaction() as work:
            site_id = await _site_to_check(work, asked.check_point, by)
            agent = await office_agent.of_site(work, site_id, now)
            attempt = Attempt(agent, asked.attempt_id, site_id, asked.check_point, asked.persons, now, is_claim=False)
            shown, holder = await self._shown(work, site_id, asked)
            ids = await self._deciding.ticket_ids(work, attempt, shown)
            opened = await self._open(work, attempt, ids, now)
            if opened.earlier is None:
                case = await self._case(work, opened, shown, asked)
                return await self._keep(work, opened, case.tables, holder, await judged(work, opened, case), by)
            return await check_rows.earlier_check(work, attempt, by)

    async def points_of(self, by: int) -> tuple[CheckPoint, ...]:
        """Return the enabled check points at which a person may check."""
        async with self._store.reading() as work:
            tables = [await check_points.table_of_site(work, site) for site in await sites_supervised(work, by)]
        return tuple(point for table in tables for point in table if point.state is CheckPointState.ENABLED)

    async def undo(self, check_id: int, reason: str, by: int, now: Instant) -> Checked:
        """Note that a passage did not happen; Problem where it is another's, or a minute is over. The same again is the same."""
        async with self._store.transaction() as work:
            row = await check_rows.locked(work, check_id)
            if row.user_id != by:
                raise Problem(ProblemCode.FORBIDDEN, CHECK_OF_ANOTHER.of())
            if row.outcome == OutcomeResult.NOT_PASSED.value:
                return await check_rows.checked(work, row)
            refused = why_not_undone(CheckResult(row.result), row.checked_at, now, is_ended=row.outcome is not None)
            if refused is not None:
                raise Problem(ProblemCode.CONFLICT, refused)
            changes = changes_between({"outcome": row.outcome}, {"outcome": OutcomeResult.NOT_PASSED.value})
            await check_rows.end(work, (row,), OutcomeResult.NOT_PASSED, self._ports.keyring().epoch, now)
            if row.ticket_id:
                await judging.judge(work, {TicketId(row.ticket_id)}, now)
            said = f"check:{check_id}"
            audit.record(work, now, by, "check.undo", said, reason=reason, check_point=row.check_point_id, changes=changes)
            work.after_commit(self._ports.feed_has_work)
            return await check_rows.checked(work, row)

    async def today(self, check_point: CheckPointId, by: int, now: Instant) -> Tally:
        """Count the checks of the site's business day; Problem where the person may not check there."""
        async with self._store.reading() as work:
            site = await catalog.site(work, await _site_to_check(work, check_point, by))
            days = business_days(site.parameters)
            day = days.day_of(now)
            return await _tally(work, check_point, days.span(day, day).since, by)

    async def settle(self, now: Instant) -> None:
        """Let passages count as passed that nobody can take back any more; a job calls it."""
        for agent in await check_rows.agents_with_due(self._store, now):
            async with self._store.transaction() as work:
                await online_store.lock(work, agent, ())
                rows = await check_rows.due(work, agent, now)
                if rows:
                    await check_rows.end(work, rows, OutcomeResult.PASSED, self._ports.keyring().epoch, now)
                    work.after_commit(self._ports.feed_has_work)

    async def _open(self, work: Work, attempt: Attempt, ids: tuple[TicketId, ...], now: Instant) -> Opened:
        """Lock the office's agent and the tickets, and read what the locks guard."""
        locked = await online_store.lock(work, attempt.agent, ids)
        journal_id = online_journal.journal_of(attempt.agent, self._ports.keyring().epoch)
        told = await online_store.tell(work, attempt.agent, attempt.attempt_id, journal_id, ids)
        return Opened(attempt, locked.window, locked.records, told, NextEntry(journal_id, told.journal, now))

    async def _shown(self, work: Work, site_id: SiteId, asked: AskedCheck) -> tuple[Shown, bytes | None]:
        """Return the credential, and the hash of a document."""
        if asked.document is None:
            return read_code((asked.text or "").encode(), self._ports.keyring()), None
        keys = (await self._keys.holder_keys(work, site_id)).secrets
        newest, *older = (key for _, key in (await hashed([asked.document], {site_id: keys})).hashes[asked.document])
        return read_card(DocumentCard(newest, None, ""), tuple(older)), newest

    async def _case(self, work: Work, opened: Opened, shown: Shown, asked: AskedCheck) -> Case:
        """Return the case: the check point as it is, but attended, because a person stands there."""
        tables = await self._deciding.tables(work, opened)
        point = replace(tables.check_points[asked.check_point], attended=True)
        attended = replace(tables, check_points={**tables.check_points, asked.check_point: point})
        holder = HolderShown.CONFIRMED_BY_STAFF if asked.holder_confirmed else HolderShown.NOT_YET
        return Case(shown, holder, attended, await self._deciding.inside(work, opened, tables))

    async def _keep(
        self, work: Work, opened: Opened, tables: SiteTables, holder: bytes | None, verdict: Verdict, by: int
    ) -> Checked:
        place = None
        if isinstance(verdict, Admit | LetOut):
            place = await online_journal.open_release(work, opened.attempt, verdict, holder, opened.entry, by)
        row = await check_rows.add(work, opened.attempt, verdict, place, by)
        await self._deciding.follow_up(work, opened, tables, verdict, is_recorded=place is not None)
        return await check_rows.checked(work, row)


async def _site_to_check(work: Work, check_point: CheckPointId, by: int) -> SiteId:
    """Return the site of a check point at which a person may check."""
    site_id = await check_points.site_of(work, check_point)
    if not await supervises(work, by, site_id):
        raise Problem(ProblemCode.FORBIDDEN, NOT_YOUR_SITE.of(site_id=site_id))
    return site_id


async def _tally(work: Work, check_point: CheckPointId, since: Instant, by: int) -> Tally:
    row = CheckRow
    is_own = col(row.user_id) == by
    passed = (col(row.result) == CheckResult.ADMIT.value) & (func.coalesce(row.outcome, "") != OutcomeResult.NOT_PASSED.value)
    refused = col(row.result).in_((CheckResult.REFUSE.value, CheckResult.CALL_STAFF.value))
    sums = ((passed, row.persons), (refused, 1), (passed & is_own, row.persons), (refused & is_own, 1))
    query = sqlalchemy.select(*(func.coalesce(func.sum(case((which, much), else_=0)), 0) for which, much in sums))
    of_today = query.where(col(row.check_point_id) == check_point, col(row.checked_at) >= since)
    found = (await (await work.connection()).execute(of_today)).one()
    return Tally(*(int(one) for one in found))
