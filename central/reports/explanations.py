"""Why the gate did not open: of a ticket, of a code, or of a check point at a time, each refusal in one sentence.

Laws: the answer says only what is recorded, and which gates may know more; what a gate says of a ticket is decided again by the
gate's own rules, and its details count only where both give the same reason.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

import sqlalchemy
from sqlmodel import col, select

from central.admissions import events
from central.devices.check_points import HostedCheckPoint
from central.domain.texts import in_english
from central.issuing import feed_rows
from central.reports.look_ups import LookUps, Match, Shown
from central.reports.refused_showings import Around, StoredRefusal, at_check_point, newest_of
from central.reports.rules.deciding_again import Tables, decided, details_of
from central.reports.rules.readings import ReadAs
from central.reports.rules.refusal_sentences import LATE_MS, Place, Refused
from central.sales.data_scope import Sight
from central.store import settings_version
from central.store.tables.devices import AgentRow, CheckPointRow
from central.store.tables.tickets import TicketRow
from central.store.unit_of_work import Store, Work
from central.sync.site_tables import SiteTables, TablesInMemory
from protocol.admission.facts import Candidate, Forged, Presented, TicketCode, Unreadable
from protocol.admission.verdict import Admit, Reason, Refuse
from protocol.identifiers import CheckPointId, SiteId, TicketId
from protocol.instants import MS_PER_MINUTE, Instant
from protocol.journal.events import NO_TICKET
from protocol.journal.history import fold
from protocol.keyring import Keyring
from protocol.scan_parser import read_code, without_tickets

MOST_EXPLAINED = 20
# A visitor who was refused asks within minutes.
ASKED_WITHIN_MS, AHEAD_MS = 15 * MS_PER_MINUTE, MS_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: what a visitor shows or says, a check point, or both; `at` is about when."""

    shown: Shown
    check_point: CheckPointId | None
    at: Instant


@dataclass(frozen=True, slots=True)
class Explanation:
    """One refusal, or (`refused` None) that no gate has told of one. `opens_now`: what that check point would say now."""

    refused: Refused | None
    zone: tzinfo
    site_id: SiteId | None = None
    check_point_id: CheckPointId | None = None
    agent_id: int | None = None
    direction: str | None = None
    ticket_id: TicketId | None = None
    ticket_type_id: int | None = None
    order_id: int | None = None
    opens_now: bool | None = None


@dataclass(frozen=True, slots=True)
class SilentGate:
    """A check point whose gate has not called for so long that it may have refused since."""

    place: Place
    check_point_id: CheckPointId
    agent_id: int
    seen_at: Instant


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest refusals first, and the gates that may know more."""

    explanations: tuple[Explanation, ...]
    silent: tuple[SilentGate, ...]


@dataclass(frozen=True, slots=True)
class _Tickets:
    """Tickets with all that gates have told of them, the order of each, and the tables of their sites."""

    candidates: Mapping[TicketId, Candidate]
    orders: Mapping[TicketId, int]
    tables: Mapping[SiteId, SiteTables]


class Explanations:
    """Answers "why did the gate not open?"."""

    def __init__(self, store: Store, look_ups: LookUps, tables: TablesInMemory, keyring: Callable[[], Keyring]) -> None:
        """Take the store, the look-ups, the small tables of each site, and the keyring that verifies codes."""
        self._store = store
        self._look_ups = look_ups
        self._tables = tables
        self._keyring = keyring

    async def explain(self, asked: Asked, sight: Sight, now: Instant) -> Answer:
        """Return why the gate did not open, as far as central has been told."""
        async with self._store.querying() as work:
            if asked.shown == Shown():
                rows = await _around(work, asked, sight, None)
                answer = await self._of_rows(work, rows, None, now)
                return Answer(answer, await self._silent(work, {asked.check_point}, answer, now))
            return await self._of_shown(work, asked, sight, now)

    async def _of_shown(self, work: Work, asked: Asked, sight: Sight, now: Instant) -> Answer:
        matches = await self._look_ups.found(work, asked.shown, sight)
        shown = None if asked.shown.text is None else self._as_a_gate_reads(asked.shown.text.strip(), found=bool(matches))
        tickets = await _tickets_of(work, matches)
        told = await self._of_rows(work, await newest_of(work, tickets), shown, now)
        untold = [one for one in tickets if one not in {found.ticket_id for found in told}]
        of_code = await self._of_code(work, asked, shown, matches, sight)
        never = await self._never(work, untold)
        explanations = (*of_code, *told, *never)[:MOST_EXPLAINED]
        return Answer(explanations, await self._silent(work, {asked.check_point}, explanations, now))

    def _as_a_gate_reads(self, text: str, *, found: bool) -> Presented:
        read = read_code(text.encode(), self._keyring())
        # A number may be what the visitor said; any other text was on a code.
        return read.presented if found or text.isdigit() else without_tickets(read).presented

    async def _of_code(
        self, work: Work, asked: Asked, shown: Presented | None, matches: Collection[Match], sight: Sight
    ) -> tuple[Explanation, ...]:
        """Return what a gate says of a code that leads it to no ticket, at the asked check point if it has told so."""
        reason = _reason_without_ticket(shown, matches)
        if reason is None:
            return ()
        rows = () if asked.check_point is None else await _around(work, asked, sight, reason.value)
        if rows:
            return await self._of_rows(work, rows[:1], None, asked.at)
        return (Explanation(Refused(reason.value), UTC),)

    async def _of_rows(
        self, work: Work, rows: Collection[StoredRefusal], shown: Presented | None, now: Instant
    ) -> tuple[Explanation, ...]:
        tickets = await self._gathered(work, {row.ticket_id for row in rows} - {NO_TICKET}, {row.site_id for row in rows})
        return tuple(_explained(row, tickets, shown, now) for row in rows)

    async def _never(self, work: Work, untold: Collection[TicketId]) -> tuple[Explanation, ...]:
        tickets = await self._gathered(work, untold, ())
        return tuple(
            Explanation(
                None,
                ZoneInfo(tickets.tables[candidate.record.issuing_site].rules.zone_name),
                site_id=candidate.record.issuing_site,
                ticket_id=ticket,
                ticket_type_id=candidate.record.ticket_type,
                order_id=tickets.orders.get(ticket),
            )
            for ticket, candidate in tickets.candidates.items()
        )

    async def _gathered(self, work: Work, ids: Collection[TicketId], sites: Iterable[SiteId]) -> _Tickets:
        records = await feed_rows.records(work, ids)
        told = await events.of_tickets(work, ids) if ids else {}
        version = await settings_version.version(await work.connection())
        wanted = {*sites, *(record.issuing_site for record in records)}
        tables = {site: await self._tables.at(work, site, version) for site in sorted(wanted)}
        candidates = {one.ticket_id: Candidate(one, fold(told.get(one.ticket_id, ()))) for one in records}
        return _Tickets(candidates, await _orders_of(work, ids), tables)

    async def _silent(
        self, work: Work, asked: Collection[CheckPointId | None], found: Collection[Explanation], now: Instant
    ) -> tuple[SilentGate, ...]:
        """Return the gates of the answer that have not called for some time; where no refusal is known, those of the site."""
        points = {one for one in (*asked, *(each.check_point_id for each in found)) if one is not None}
        sites = {each.site_id for each in found if each.refused is None and each.site_id is not None}
        point, agent = CheckPointRow, AgentRow
        query = (
            sqlalchemy.select(col(point.id), col(point.name_zh), col(point.name_en), col(agent.id), col(agent.last_seen_at))
            .join(agent, col(agent.id) == col(point.agent_id))
            .where(col(point.id).in_(points) | col(point.site_id).in_(sites))
            .where(col(agent.revoked_at).is_(None), col(agent.last_seen_at) < now - LATE_MS)
        )
        rows = (await (await work.connection()).execute(query.order_by(col(point.id)))).all()
        return tuple(SilentGate(Place(zh, en), CheckPointId(number or 0), by or 0, seen) for number, zh, en, by, seen in rows)


def _reason_without_ticket(shown: Presented | None, matches: Collection[Match]) -> Reason | None:
    """Return why a gate finds no ticket by what a person shows; None where it finds one."""
    if isinstance(shown, Forged):
        return Reason.FORGED
    by_code = any(one.read_as is ReadAs.TICKET_CODE for one in matches)
    if isinstance(shown, TicketCode):
        return None if matches else Reason.UNKNOWN
    if isinstance(shown, Unreadable):
        # The office reads a code more kindly than a gate does: in small letters, too.
        return Reason.MALFORMED if by_code or not matches else None
    return None if matches else Reason.UNKNOWN


def _explained(row: StoredRefusal, tickets: _Tickets, shown: Presented | None, now: Instant) -> Explanation:
    tables = tickets.tables[row.site_id]
    hosted = tables.hosted.get(row.check_point_id)
    candidate = tickets.candidates.get(row.ticket_id)
    again = None if hosted is None or candidate is None else _Again(candidate, tables, hosted)
    refused = Refused(
        reason=row.reason,
        place=_place(hosted, row.check_point_id),
        scanned_at=row.scanned_at,
        received_at=row.received_at,
        by_central=row.by_central,
    )
    return Explanation(
        refused=refused if again is None else again.with_details(refused, row.scanned_at),
        zone=ZoneInfo(tables.rules.zone_name),
        site_id=row.site_id,
        check_point_id=row.check_point_id,
        agent_id=row.agent_id,
        direction=row.direction,
        ticket_id=row.ticket_id or None,
        ticket_type_id=None if candidate is None else candidate.record.ticket_type,
        order_id=tickets.orders.get(row.ticket_id),
        opens_now=None if again is None else again.opens(now, shown),
    )


@dataclass(frozen=True, slots=True)
class _Again:
    """A ticket at a check point that can decide it again."""

    candidate: Candidate
    tables: SiteTables
    hosted: HostedCheckPoint

    def with_details(self, refused: Refused, at: Instant) -> Refused:
        """Return the refusal with the details of the same decision, made again."""
        details = details_of(refused.reason, decided(self.candidate, self._tables(), self.hosted.check_point, at))
        return Refused(refused.reason, refused.place, refused.scanned_at, refused.received_at, refused.by_central, details)

    def opens(self, now: Instant, shown: Presented | None) -> bool | None:
        """Return whether it would open now; None where only a member of staff can say."""
        presented = shown if isinstance(shown, TicketCode) else None
        match decided(self.candidate, self._tables(), self.hosted.check_point, now, presented):
            case Admit():
                return True
            case Refuse():
                return False
            case _:
                return None

    def _tables(self) -> Tables:
        tables = self.tables
        return Tables(tables.check_points, tables.ticket_types, tables.rules, ZoneInfo(tables.rules.zone_name))


def _place(hosted: HostedCheckPoint | None, number: int) -> Place:
    if hosted is None:
        return Place(f"检票设备 {number}", f"Check point {number}")
    return Place(hosted.check_point.name_zh, in_english(hosted.check_point.name_zh, hosted.check_point.name_en))


async def _around(work: Work, asked: Asked, sight: Sight, reason: str | None) -> tuple[StoredRefusal, ...]:
    assert asked.check_point is not None, "a question without a text names a check point"
    span = Around(asked.check_point, Instant(asked.at - ASKED_WITHIN_MS), Instant(asked.at + AHEAD_MS))
    return await at_check_point(work, span, sight, reason, MOST_EXPLAINED)


async def _tickets_of(work: Work, matches: Collection[Match]) -> tuple[TicketId, ...]:
    """Return the tickets that were found, and those of an order that was found by its own number or by a payment's."""
    named = {one.ticket_id for one in matches if one.ticket_id is not None}
    orders = {one.order_id for one in matches if one.ticket_id is None}
    of_orders: Collection[TicketId] = ()
    if orders:
        query = select(col(TicketRow.id)).where(col(TicketRow.order_id).in_(orders)).limit(MOST_EXPLAINED)
        of_orders = [TicketId(one) for one in (await work.session.exec(query)).all()]
    return tuple(sorted({*named, *of_orders}))[:MOST_EXPLAINED]


async def _orders_of(work: Work, ids: Collection[TicketId]) -> dict[TicketId, int]:
    query = select(col(TicketRow.id), col(TicketRow.order_id)).where(col(TicketRow.id).in_(ids))
    return {TicketId(ticket): order for ticket, order in (await work.session.exec(query)).all()}
