"""Decisions that central makes for agents: claims, and admissions for devices that hold no cache.

Laws: the same `decide` as at a gate; the ticket's row is locked from the reading of its history to the commit, so that of many
calls at once one admits; the small tables are read under these locks, so that changes by any process count; the same attempt gets
the same answer and is recorded once; an admission is recorded with the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from central.admissions import events, judging, refusals
from central.admissions.refusals import NewRefusal
from central.devices import check_points
from central.devices.check_points import HostedCheckPoint
from central.devices.guard import AgentRevoked, Proven, spent
from central.domain.ports import Wake
from central.domain.problems import Problem, ProblemCode
from central.issuing import feed_rows
from central.store import settings_version
from central.store.unit_of_work import Store, Work
from central.sync import online_answers, online_journal, online_store
from central.sync.ingest import Signers
from central.sync.on_site import OnSite
from central.sync.online_answers import Attempt
from central.sync.online_journal import NextEntry
from central.sync.online_store import Release, Told, Writing
from central.sync.site_tables import SiteTables, TablesInMemory
from protocol.admission.decide import decide
from protocol.admission.facts import (
    Candidate,
    DocumentCard,
    Facts,
    Ground,
    HolderShown,
    LookUpCode,
    Presented,
    Scan,
    TicketCode,
    TypedNumber,
    Unreadable,
)
from protocol.admission.freshness import MAX_TRUSTED_UNCERTAINTY_MS
from protocol.admission.passages import PastPassage
from protocol.admission.verdict import Admit, CallStaff, LetOut, Refuse, Verdict
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.feed.records import CredentialKind, credential_key
from protocol.holders import HOLDER_BYTES
from protocol.identifiers import KeyId, TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET
from protocol.journal.history import fold, walk_ins
from protocol.keyring import Keyring, KeyState
from protocol.scan_parser import LookUp, Shown, read_card, read_code, without_tickets
from protocol.sync.answers import AdmissionAnswer, ClaimAnswer
from protocol.sync.messages import AdmissionRequest, ClaimRequest, CredentialForm
from protocol.sync.replay import ReplayWindow
from protocol.tickets.record import TicketRecord, TicketState

MOST_CANDIDATES = 32
NO_GENERATION = 0  # a claim says this of a ticket that was not shown by its code
_ANY_KEY = KeyId(1)  # the gate has verified the code; the key does not matter here


@dataclass(frozen=True, slots=True)
class OnlinePorts:
    """The signer of answers, the keyring that verifies codes, the tables, and what an admission wakes."""

    signers: Callable[[Instant], Signers]
    keyring: Callable[[], Keyring]
    tables: TablesInMemory
    feed_has_work: Wake


@dataclass(frozen=True, slots=True)
class _Opened:
    """An attempt under the locks of its agent and tickets: the agent's window with it, and what is stored."""

    attempt: Attempt
    window: ReplayWindow
    records: tuple[TicketRecord, ...]
    told: Told
    entry: NextEntry


@dataclass(frozen=True, slots=True)
class _Case:
    """The credential, the agent that saw it, the tables to judge by, and the persons on site where the site has a capacity."""

    shown: Shown
    holder: HolderShown
    tables: SiteTables
    inside: int | None


class Online:
    """Decides for agents."""

    def __init__(self, store: Store, ports: OnlinePorts) -> None:
        """Take the store and the ports."""
        self._store = store
        self._ports = ports
        self._on_site = OnSite()

    async def claim(self, proven: Proven, asked: ClaimRequest, now: Instant) -> bytes:
        """Grant a gate's admission, or refuse it; return the sealed answer. Problem where the check point is not its own."""
        attempt = _attempt(proven, asked, now, is_claim=True)
        async with self._store.transaction() as work:
            opened = await self._open(work, proven, attempt, (asked.ticket_id,), now)
            verdict = _earlier(opened)
            if verdict is None:
                tables = await self._ports.tables.at(work, attempt.site, opened.told.tables_version)
                inside = await self._inside(work, opened, tables)
                verdict = await _judge_claim(work, opened, asked, tables, inside)
                await online_store.write(work, _writing(opened, online_answers.row_of(attempt, verdict, now)))
            else:
                await online_store.write(work, _writing(opened, None))
        reason = verdict.reason.value if isinstance(verdict, Refuse | CallStaff) else ""
        answer = ClaimAnswer(attempt.agent, attempt.attempt_id, isinstance(verdict, Admit), reason, now)
        return answer.to_sealed(self._ports.signers(now))

    async def admission(self, proven: Proven, asked: AdmissionRequest, now: Instant) -> bytes:
        """Decide a showing, record what is admitted, and return the sealed verdict."""
        attempt = _attempt(proven, asked, now, is_claim=False)
        shown = _shown(asked, self._ports.keyring())
        async with self._store.transaction() as work:
            ids = await self._ticket_ids(work, attempt, shown)
            opened = await self._open(work, proven, attempt, ids, now)
            verdict = _earlier(opened)
            if verdict is None:
                tables = await self._ports.tables.at(work, attempt.site, opened.told.tables_version)
                holder = await _holder(work, attempt, asked, ids)
                case = _Case(shown, holder, tables, await self._inside(work, opened, tables))
                verdict = await _judge_admission(work, opened, asked, case)
                await self._keep(work, opened, asked, case.tables, verdict)
            else:
                await online_store.write(work, _writing(opened, None))
        return AdmissionAnswer(attempt.agent, attempt.attempt_id, verdict, now).to_sealed(self._ports.signers(now))

    async def _open(self, work: Work, proven: Proven, attempt: Attempt, ids: tuple[TicketId, ...], now: Instant) -> _Opened:
        """Lock, spend the sequence, and read what the locks guard."""
        locked = await online_store.lock(work, attempt.agent, ids)
        if locked.is_revoked:
            raise AgentRevoked(replace(proven.agent, is_revoked=True, wipe=locked.wipe))
        window = spent(locked.window, proven)
        journal_id = online_journal.journal_of(attempt.agent, self._ports.keyring().epoch)
        told = await online_store.tell(work, attempt.agent, attempt.attempt_id, journal_id, ids)
        return _Opened(attempt, window, locked.records, told, NextEntry(journal_id, told.journal, now))

    async def _inside(self, work: Work, opened: _Opened, tables: SiteTables) -> int | None:
        """Count the persons on site, where the capacity restricts. Under the locks, so that earlier admissions are in it."""
        if tables.rules.capacity is None:
            return None
        return await self._on_site.count(work, opened.attempt.site, tables, opened.entry.now)

    async def _ticket_ids(self, work: Work, attempt: Attempt, shown: Shown) -> tuple[TicketId, ...]:
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

    async def _keep(self, work: Work, opened: _Opened, asked: AdmissionRequest, tables: SiteTables, verdict: Verdict) -> None:
        """Store the answer, and the admission."""
        attempt, now = opened.attempt, opened.entry.now
        release = None
        if isinstance(verdict, Admit | LetOut):
            holder = asked.credential if asked.form is CredentialForm.HOLDER else None
            sites = opened.told.sites.get(verdict.ticket_id or NO_TICKET, set())
            release = await online_journal.release_of(work, attempt, verdict, holder, opened.entry, frozenset(sites))
        await online_store.write(work, _writing(opened, online_answers.row_of(attempt, verdict, now), release))
        if isinstance(verdict, Refuse | CallStaff):
            await refusals.record(work, (_refusal(attempt, asked.direction, verdict),), now)
        if release is None:
            return
        work.after_commit(self._ports.feed_has_work)
        if not tables.hosted[attempt.check_point].has_recorded:
            await check_points.note_recorded(work, [attempt.check_point])
        if isinstance(verdict, Admit | LetOut) and _may_conflict(opened, verdict.ticket_id):
            await judging.judge(work, {verdict.ticket_id or NO_TICKET}, now)


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


def _earlier(opened: _Opened) -> Verdict | None:
    return None if opened.told.answer is None else online_answers.verdict_of(opened.told.answer)


def _writing(opened: _Opened, answer: Mapping[str, object] | None, release: Release | None = None) -> Writing:
    return Writing(opened.attempt.agent, opened.window, answer, release, opened.entry.now)


def _may_conflict(opened: _Opened, ticket_id: TicketId | None) -> bool:
    """Return whether a release can be one too many: the first of a ticket that is not void cannot."""
    is_void = any(record.ticket_id == ticket_id and record.state is TicketState.VOID for record in opened.records)
    return ticket_id is not None and (is_void or ticket_id in opened.told.events)


async def _judge_claim(work: Work, opened: _Opened, asked: ClaimRequest, tables: SiteTables, inside: int | None) -> Verdict:
    _require_hosted(opened.attempt, tables)
    shown = Shown(_claimed(asked, opened.records), ticket_id=asked.ticket_id)
    # The gate has seen the holder; it asks only whether the ticket is free.
    case = _Case(shown, HolderShown.CONFIRMED_BY_STAFF, _only(tables, asked, opened.records), inside)
    return decide(await _facts(work, opened, case))


async def _judge_admission(work: Work, opened: _Opened, asked: AdmissionRequest, case: _Case) -> Verdict:
    hosted = _require_hosted(opened.attempt, case.tables)
    if hosted.check_point.direction is not asked.direction:
        raise InputError(f"check point {asked.check_point} does not check the direction {asked.direction}")
    shown = case.shown if opened.records else without_tickets(case.shown)
    return decide(await _facts(work, opened, replace(case, shown=shown)))


def _require_hosted(attempt: Attempt, tables: SiteTables) -> HostedCheckPoint:
    hosted = tables.hosted.get(attempt.check_point)
    if hosted is None or hosted.agent != attempt.agent:
        raise Problem(ProblemCode.FORBIDDEN, f"check point {attempt.check_point} is not one that this agent hosts")
    return hosted


def _attempt(proven: Proven, asked: ClaimRequest | AdmissionRequest, now: Instant, *, is_claim: bool) -> Attempt:
    """Use the agent's time of the scan where it can be right, else central's own."""
    believed = abs(asked.scanned_at - now) <= MAX_TRUSTED_UNCERTAINTY_MS
    return Attempt(
        agent=proven.agent.agent_id,
        attempt_id=asked.attempt_id,
        site=proven.agent.site_id,
        check_point=asked.check_point,
        persons=asked.persons,
        at=asked.scanned_at if believed else now,
        is_claim=is_claim,
    )


def _claimed(asked: ClaimRequest, records: tuple[TicketRecord, ...]) -> Presented:
    """Return the code that the gate has verified: it says what the record says, except for its generation."""
    if asked.generation == NO_GENERATION or not records:
        return LookUpCode()
    claims = replace(records[0].claims(_ANY_KEY), generation=asked.generation)
    return TicketCode(claims, KeyState.ACTIVE)


def _only(tables: SiteTables, asked: ClaimRequest, records: tuple[TicketRecord, ...]) -> SiteTables:
    """Return the tables with the claimed right only: another right of the ticket would be another admission."""
    ticket_type = tables.ticket_types.get(records[0].ticket_type) if records else None
    if ticket_type is None:
        return tables
    rights = tuple(right for right in ticket_type.entitlements if right.entitlement_id == asked.entitlement_id)
    return replace(
        tables, ticket_types={**tables.ticket_types, ticket_type.ticket_type_id: replace(ticket_type, entitlements=rights)}
    )


def _shown(asked: AdmissionRequest, keyring: Keyring) -> Shown:
    match asked.form:
        case CredentialForm.CODE:
            return read_code(asked.credential, keyring)
        case CredentialForm.HOLDER:
            if len(asked.credential) != HOLDER_BYTES:
                raise InputError(f"online admission: a holder's hash has {HOLDER_BYTES} bytes")
            return read_card(DocumentCard(asked.credential, None, ""))
        case CredentialForm.NFC:
            return Shown(
                LookUpCode(), look_up=LookUp(((CredentialKind.NFC, credential_key(CredentialKind.NFC, asked.credential)),))
            )
        case CredentialForm.TYPED:
            shown = read_code(asked.credential, keyring)
            return shown if isinstance(shown.presented, TypedNumber) else Shown(Unreadable())


async def _holder(work: Work, attempt: Attempt, asked: AdmissionRequest, ids: tuple[TicketId, ...]) -> HolderShown:
    if asked.holder is None:
        return HolderShown.NOT_YET
    theirs = await feed_rows.tickets_by(work, attempt.site, CredentialKind.ID_CARD, asked.holder)
    return HolderShown.MATCHES if set(theirs) & set(ids) else HolderShown.DIFFERS


async def _facts(work: Work, opened: _Opened, case: _Case) -> Facts:
    attempt, presented = opened.attempt, case.shown.presented
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


def _history(opened: _Opened) -> dict[TicketId, tuple[PastPassage, ...]]:
    """Return what journals say of the tickets, and the claims that hold them."""
    told = opened.told.events
    passages = {
        record.ticket_id: fold(tuple(events.event_of(data) for data in told.get(record.ticket_id, ())))
        for record in opened.records
    }
    claims = online_answers.holding(opened.told.claims, opened.attempt.site, passages)
    return {ticket: (*passages[ticket], *claims.get(ticket, ())) for ticket in passages}
