"""What all decisions of central share: the tickets that a credential leads to, the facts about them, and what follows an answer.

Laws: the tickets are locked from the reading of their history to the commit; the facts are those that a gate would gather, and
central's are fresh; a refusal is recorded with the answer; a release that may be one too many is judged in its own transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from central.admissions import events, judging, refusals
from central.admissions.refusals import NewRefusal
from central.devices import check_points
from central.domain.ports import Wake
from central.issuing import feed_rows
from central.store import settings_version
from central.store.unit_of_work import Work
from central.sync import online_answers
from central.sync.on_site import OnSite
from central.sync.online_answers import Attempt
from central.sync.online_journal import NextEntry
from central.sync.online_store import Told
from central.sync.site_tables import SiteTables, TablesInMemory
from protocol.admission.decide import decide
from protocol.admission.facts import Candidate, DocumentCard, Facts, Ground, HolderShown, Scan
from protocol.admission.passages import PastPassage
from protocol.admission.verdict import Admit, CallStaff, LetOut, Refuse, Verdict
from protocol.directions import Direction
from protocol.identifiers import TicketId
from protocol.journal.events import NO_TICKET
from protocol.journal.history import fold, walk_ins
from protocol.keyring import Keyring
from protocol.scan_parser import Shown, without_tickets
from protocol.sync.replay import ReplayWindow
from protocol.tickets.record import TicketRecord, TicketState

MOST_CANDIDATES = 32


@dataclass(frozen=True, slots=True)
class DecisionPorts:
    """The keyring that verifies codes, the small tables of sites, and what an admission wakes."""

    keyring: Callable[[], Keyring]
    tables: TablesInMemory
    feed_has_work: Wake


@dataclass(frozen=True, slots=True)
class Opened:
    """An attempt under the locks of its agent and tickets: the agent's window with it, and what is stored."""

    attempt: Attempt
    window: ReplayWindow
    records: tuple[TicketRecord, ...]
    told: Told
    entry: NextEntry

    @property
    def earlier(self) -> Verdict | None:
        """The verdict that was given to this attempt before."""
        return None if self.told.answer is None else online_answers.verdict_of(self.told.answer)


@dataclass(frozen=True, slots=True)
class Case:
    """The credential, whether the holder was seen, the tables to judge by, and the persons on site where there is a capacity."""

    shown: Shown
    holder: HolderShown
    tables: SiteTables
    inside: int | None


class Deciding:
    """Finds tickets and judges them, for agents and for people."""

    def __init__(self, ports: DecisionPorts) -> None:
        """Take the ports."""
        self._ports = ports
        self._on_site = OnSite()

    async def ticket_ids(self, work: Work, attempt: Attempt, shown: Shown) -> tuple[TicketId, ...]:
        """Return the tickets that a credential leads to."""
        if shown.ticket_id is not None:
            return (shown.ticket_id,)
        if shown.short_number is not None:
            version = await settings_version.version(await work.connection())
            ticket_types = (await self._ports.tables.at(work, attempt.site, version)).ticket_types
            return await feed_rows.tickets_numbered(work, ticket_types.keys(), shown.short_number)
        if shown.look_up is None:
            return ()
        found = [one for kind, key in shown.look_up.keys for one in await feed_rows.tickets_by(work, attempt.site, kind, key)]
        return tuple(dict.fromkeys(found))[:MOST_CANDIDATES]

    async def tables(self, work: Work, opened: Opened) -> SiteTables:
        """Return the small tables of the attempt's site, as they are under the locks."""
        return await self._ports.tables.at(work, opened.attempt.site, opened.told.tables_version)

    async def inside(self, work: Work, opened: Opened, tables: SiteTables) -> int | None:
        """Count the persons on site, where the capacity restricts. Under the locks, so that earlier admissions are in it."""
        if tables.rules.capacity is None:
            return None
        return await self._on_site.count(work, opened.attempt.site, tables, opened.entry.now)

    async def follow_up(self, work: Work, opened: Opened, tables: SiteTables, verdict: Verdict, *, is_recorded: bool) -> None:
        """Record a refusal; tell gates of a release that is recorded, and judge whether it is one too many."""
        attempt, now = opened.attempt, opened.entry.now
        if isinstance(verdict, Refuse | CallStaff):
            direction = tables.check_points[attempt.check_point].direction
            await refusals.record(work, (_refusal(attempt, direction, verdict),), now)
        if not is_recorded:
            return
        work.after_commit(self._ports.feed_has_work)
        if not tables.hosted[attempt.check_point].has_recorded:
            await check_points.note_recorded(work, [attempt.check_point])
        if isinstance(verdict, Admit | LetOut) and _may_conflict(opened, verdict.ticket_id):
            await judging.judge(work, {verdict.ticket_id or NO_TICKET}, now)


async def judged(work: Work, opened: Opened, case: Case) -> Verdict:
    """Return the verdict about a credential and the tickets that were found by it."""
    shown = case.shown if opened.records else without_tickets(case.shown)
    return decide(await facts(work, opened, shown, case))


async def facts(work: Work, opened: Opened, shown: Shown, case: Case) -> Facts:
    """Gather the facts of a decision."""
    attempt, presented = opened.attempt, shown.presented
    history = _history(opened)
    return Facts(
        scan=Scan(attempt.attempt_id, attempt.at, 0, attempt.persons, presented, case.holder, None),
        candidates=tuple(Candidate(record, history.get(record.ticket_id, ())) for record in opened.records),
        unrecorded=(),
        check_point=case.tables.check_points[attempt.check_point],
        check_points=case.tables.check_points,
        ticket_types=case.tables.ticket_types,
        site=case.tables.rules,
        zone=ZoneInfo(case.tables.rules.zone_name),
        ground=Ground(as_of=opened.entry.now, age_ms=0, clock_trusted=True, unlocked=False),
        walk_ins=walk_ins(await events.of_holder(work, presented.holder)) if isinstance(presented, DocumentCard) else (),
        inside=case.inside,
        unseen_this_hour=0,
        fire=False,
        earlier_answer=None,
    )


def _history(opened: Opened) -> dict[TicketId, tuple[PastPassage, ...]]:
    """Return what journals say of the tickets, and the claims that hold them."""
    told = opened.told.events
    passages = {
        record.ticket_id: fold(tuple(events.event_of(data) for data in told.get(record.ticket_id, ())))
        for record in opened.records
    }
    claims = online_answers.holding(opened.told.claims, opened.attempt.site, passages)
    return {ticket: (*passages[ticket], *claims.get(ticket, ())) for ticket in passages}


def _refusal(attempt: Attempt, direction: Direction, verdict: Refuse | CallStaff) -> NewRefusal:
    return NewRefusal(
        agent=attempt.agent,
        attempt_id=attempt.attempt_id,
        site=attempt.site,
        check_point=attempt.check_point,
        direction=direction,
        reason=verdict.reason.value,
        ticket_id=verdict.ticket_id or NO_TICKET,
        scanned_at=attempt.at,
        by_central=True,
    )


def _may_conflict(opened: Opened, ticket_id: TicketId | None) -> bool:
    """Return whether a release can be one too many: the first of a ticket that is not void cannot."""
    is_void = any(record.ticket_id == ticket_id and record.state is TicketState.VOID for record in opened.records)
    return ticket_id is not None and (is_void or ticket_id in opened.told.events)
