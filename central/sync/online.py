"""Decisions that central makes for agents: claims, and admissions for devices that hold no cache.

Laws: the same `decide` as at a gate; the ticket's row is locked from the reading of its history to the commit, so that of many
calls at once one admits; the small tables are read under these locks, so that changes by any process count; the same attempt gets
the same answer and is recorded once; an admission is recorded with the answer.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from central.devices.check_points import HostedCheckPoint
from central.devices.guard import AgentRevoked, Proven, spent
from central.domain.problems import Problem, ProblemCode
from central.issuing import feed_rows
from central.store.unit_of_work import Store, Work
from central.sync import online_answers, online_journal, online_store
from central.sync.deciding import Case, Deciding, DecisionPorts, Opened, facts, judged
from central.sync.ingest import Signers
from central.sync.messages import POINT_NOT_HOSTED
from central.sync.online_answers import Attempt
from central.sync.online_journal import NextEntry
from central.sync.online_store import Release, Writing
from central.sync.site_tables import SiteTables
from protocol.admission.decide import decide
from protocol.admission.facts import (
    DocumentCard,
    HolderShown,
    LookUpCode,
    Presented,
    TicketCode,
    TypedNumber,
    Unreadable,
)
from protocol.admission.freshness import MAX_TRUSTED_UNCERTAINTY_MS
from protocol.admission.verdict import Admit, CallStaff, LetOut, Refuse, Verdict
from protocol.errors import InputError
from protocol.feed.records import CredentialKind, credential_key
from protocol.holders import HOLDER_BYTES
from protocol.identifiers import KeyId, TicketId
from protocol.instants import Instant
from protocol.journal.events import NO_TICKET
from protocol.keyring import Keyring, KeyState
from protocol.scan_parser import LookUp, Shown, read_card, read_code
from protocol.sync.answers import AdmissionAnswer, ClaimAnswer
from protocol.sync.messages import AdmissionRequest, ClaimRequest, CredentialForm
from protocol.tickets.record import TicketRecord

NO_GENERATION = 0  # a claim says this of a ticket that was not shown by its code
_ANY_KEY = KeyId(1)  # the gate has verified the code; the key does not matter here


class Online:
    """Decides for agents."""

    def __init__(self, store: Store, ports: DecisionPorts, signers: Callable[[Instant], Signers]) -> None:
        """Take the store, what decisions need, and the signer of answers."""
        self._store = store
        self._keyring = ports.keyring
        self._deciding = Deciding(ports)
        self._signers = signers

    async def claim(self, proven: Proven, asked: ClaimRequest, now: Instant) -> bytes:
        """Grant a gate's admission, or refuse it; return the sealed answer. Problem where the check point is not its own."""
        attempt = _attempt(proven, asked, now, is_claim=True)
        async with self._store.transaction() as work:
            opened = await self._open(work, proven, attempt, (asked.ticket_id,), now)
            verdict = opened.earlier
            if verdict is None:
                tables = await self._deciding.tables(work, opened)
                inside = await self._deciding.inside(work, opened, tables)
                verdict = await _judge_claim(work, opened, asked, tables, inside)
                await online_store.write(work, _writing(opened, online_answers.row_of(attempt, verdict, now)))
            else:
                await online_store.write(work, _writing(opened, None))
        reason = verdict.reason.value if isinstance(verdict, Refuse | CallStaff) else ""
        answer = ClaimAnswer(attempt.agent, attempt.attempt_id, isinstance(verdict, Admit), reason, now)
        return answer.to_sealed(self._signers(now))

    async def admission(self, proven: Proven, asked: AdmissionRequest, now: Instant) -> bytes:
        """Decide a showing, record what is admitted, and return the sealed verdict."""
        attempt = _attempt(proven, asked, now, is_claim=False)
        shown = _shown(asked, self._keyring())
        async with self._store.transaction() as work:
            ids = await self._deciding.ticket_ids(work, attempt, shown)
            opened = await self._open(work, proven, attempt, ids, now)
            verdict = opened.earlier
            if verdict is None:
                tables = await self._deciding.tables(work, opened)
                holder = await _holder(work, attempt, asked, ids)
                case = Case(shown, holder, tables, await self._deciding.inside(work, opened, tables))
                verdict = await _judge_admission(work, opened, asked, case)
                await self._keep(work, opened, asked, case.tables, verdict)
            else:
                await online_store.write(work, _writing(opened, None))
        return AdmissionAnswer(attempt.agent, attempt.attempt_id, verdict, now).to_sealed(self._signers(now))

    async def _open(self, work: Work, proven: Proven, attempt: Attempt, ids: tuple[TicketId, ...], now: Instant) -> Opened:
        """Lock, spend the sequence, and read what the locks guard."""
        locked = await online_store.lock(work, attempt.agent, ids)
        if locked.is_revoked:
            raise AgentRevoked(replace(proven.agent, is_revoked=True, wipe=locked.wipe))
        window = spent(locked.window, proven)
        journal_id = online_journal.journal_of(attempt.agent, self._keyring().epoch)
        told = await online_store.tell(work, attempt.agent, attempt.attempt_id, journal_id, ids)
        return Opened(attempt, window, locked.records, told, NextEntry(journal_id, told.journal, now))

    async def _keep(self, work: Work, opened: Opened, asked: AdmissionRequest, tables: SiteTables, verdict: Verdict) -> None:
        """Store the answer, and the admission."""
        attempt, now = opened.attempt, opened.entry.now
        release = None
        if isinstance(verdict, Admit | LetOut):
            holder = asked.credential if asked.form is CredentialForm.HOLDER else None
            sites = opened.told.sites.get(verdict.ticket_id or NO_TICKET, set())
            release = await online_journal.release_of(work, attempt, verdict, holder, opened.entry, frozenset(sites))
        await online_store.write(work, _writing(opened, online_answers.row_of(attempt, verdict, now), release))
        await self._deciding.follow_up(work, opened, tables, verdict, is_recorded=release is not None)


def _writing(opened: Opened, answer: Mapping[str, object] | None, release: Release | None = None) -> Writing:
    return Writing(opened.attempt.agent, opened.window, answer, release, opened.entry.now)


async def _judge_claim(work: Work, opened: Opened, asked: ClaimRequest, tables: SiteTables, inside: int | None) -> Verdict:
    _require_hosted(opened.attempt, tables)
    shown = Shown(_claimed(asked, opened.records), ticket_id=asked.ticket_id)
    # The gate has seen the holder; it asks only whether the ticket is free.
    case = Case(shown, HolderShown.CONFIRMED_BY_STAFF, _only(tables, asked, opened.records), inside)
    return decide(await facts(work, opened, case.shown, case))


async def _judge_admission(work: Work, opened: Opened, asked: AdmissionRequest, case: Case) -> Verdict:
    hosted = _require_hosted(opened.attempt, case.tables)
    if hosted.check_point.direction is not asked.direction:
        raise InputError(f"check point {asked.check_point} does not check the direction {asked.direction}")
    return await judged(work, opened, case)


def _require_hosted(attempt: Attempt, tables: SiteTables) -> HostedCheckPoint:
    hosted = tables.hosted.get(attempt.check_point)
    if hosted is None or hosted.agent != attempt.agent:
        raise Problem(ProblemCode.FORBIDDEN, POINT_NOT_HOSTED.of(check_point=attempt.check_point))
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
