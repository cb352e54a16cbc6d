"""Decisions that central makes for agents: claims, and admissions for devices that hold no cache.

Laws: the same `decide` as at a gate; the ticket's row is locked from the reading of its history to the commit, so that of many
calls at once one admits; the same attempt is told the same and recorded once; what is admitted is recorded with the answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from central.admissions import events
from central.devices.guard import AgentGuard, Proven
from central.issuing import feed_rows
from central.store.unit_of_work import Store, Work
from central.sync import online_answers, online_journal
from central.sync.ingest import Signers, Wake
from central.sync.online_answers import Attempt
from central.sync.site_tables import SiteTables, TablesInMemory
from central.web.problems import Problem, ProblemCode
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
from protocol.credential import LookUp, Shown, read_card, read_code, without_tickets
from protocol.errors import InputError
from protocol.feed.records import CredentialKind, credential_key
from protocol.holders import HOLDER_BYTES
from protocol.identifiers import KeyId, TicketId
from protocol.instants import Instant
from protocol.journal.history import fold, walk_ins
from protocol.keyring import Keyring, KeyStatus
from protocol.sync.answers import AdmissionAnswer, ClaimAnswer
from protocol.sync.messages import AdmissionRequest, ClaimRequest, CredentialForm
from protocol.tickets.claims import Claims
from protocol.tickets.record import TicketRecord

MOST_CANDIDATES = 32
NO_GENERATION = 0  # what a claim says of a ticket that was not shown by its code
_ANY_KEY = KeyId(1)  # the gate has proved the code; which key did it decides nothing here


@dataclass(frozen=True, slots=True)
class OnlinePorts:
    """Who signs answers, the keyring that proves codes, the tables, and who is woken by an admission."""

    signers: Callable[[Instant], Signers]
    keyring: Callable[[], Keyring]
    tables: TablesInMemory
    feed_has_work: Wake


@dataclass(frozen=True, slots=True)
class _Case:
    """What was shown, by whom, and the tickets that it leads to, locked."""

    shown: Shown
    holder: HolderShown
    records: tuple[TicketRecord, ...]
    tables: SiteTables


class Online:
    """Decides for agents."""

    def __init__(self, store: Store, guard: AgentGuard, ports: OnlinePorts) -> None:
        """Take the store, the guard that spends sequences, and the ports."""
        self._store = store
        self._guard = guard
        self._ports = ports

    async def claim(self, proven: Proven, asked: ClaimRequest, now: Instant) -> bytes:
        """Grant a gate's admission, or refuse it; return the sealed answer. Problem where the check point is not its own."""
        attempt = _attempt(proven, asked, now, is_claim=True)
        async with self._store.transaction() as work:
            await self._guard.spend(work, proven, now)
            verdict = await online_answers.earlier(work, attempt.agent, attempt.attempt_id)
            if verdict is None:
                verdict = await self._judge_claim(work, attempt, asked, now)
                await online_answers.remember(work, attempt, verdict, now)
        reason = verdict.reason.value if isinstance(verdict, Refuse | CallStaff) else ""
        answer = ClaimAnswer(attempt.agent, attempt.attempt_id, isinstance(verdict, Admit), reason, now)
        return answer.to_sealed(self._ports.signers(now))

    async def admission(self, proven: Proven, asked: AdmissionRequest, now: Instant) -> bytes:
        """Decide a showing, record what is admitted, and return the sealed verdict."""
        attempt = _attempt(proven, asked, now, is_claim=False)
        async with self._store.transaction() as work:
            await self._guard.spend(work, proven, now)
            verdict = await online_answers.earlier(work, attempt.agent, attempt.attempt_id)
            if verdict is None:
                verdict = await self._judge_admission(work, attempt, asked, now)
                await online_answers.remember(work, attempt, verdict, now)
                if isinstance(verdict, Admit | LetOut):
                    holder = asked.credential if asked.form is CredentialForm.HOLDER else None
                    await online_journal.record(work, attempt, verdict, holder, self._ports.keyring().epoch, now)
                    work.after_commit(self._ports.feed_has_work)
        return AdmissionAnswer(attempt.agent, attempt.attempt_id, verdict, now).to_sealed(self._ports.signers(now))

    async def _judge_claim(self, work: Work, attempt: Attempt, asked: ClaimRequest, now: Instant) -> Verdict:
        tables = await self._tables(work, attempt, now)
        records = await feed_rows.locked_records(work, (asked.ticket_id,))
        shown = Shown(_claimed(asked, records), ticket_id=asked.ticket_id)
        # The gate has seen the holder; what it asks is whether the ticket is free.
        case = _Case(shown, HolderShown.CONFIRMED_BY_STAFF, records, _only(tables, asked, records))
        return decide(await _facts(work, attempt, case, now))

    async def _judge_admission(self, work: Work, attempt: Attempt, asked: AdmissionRequest, now: Instant) -> Verdict:
        tables = await self._tables(work, attempt, now)
        if tables.check_points[attempt.check_point].check_point.direction is not asked.direction:
            raise InputError(f"check point {attempt.check_point} does not check the direction {asked.direction}")
        shown = _shown(asked, self._ports.keyring())
        ids = await _ticket_ids(work, attempt, tables, shown)
        records = await feed_rows.locked_records(work, ids)
        holder = await _holder(work, attempt, asked, ids)
        case = _Case(shown if records else without_tickets(shown), holder, records, tables)
        return decide(await _facts(work, attempt, case, now))

    async def _tables(self, work: Work, attempt: Attempt, now: Instant) -> SiteTables:
        tables = await self._ports.tables.of_site(work, attempt.site, now)
        hosted = tables.check_points.get(attempt.check_point)
        if hosted is None or hosted.agent != attempt.agent:
            raise Problem(ProblemCode.FORBIDDEN, f"check point {attempt.check_point} is not one that this agent hosts")
        return tables


def _attempt(proven: Proven, asked: ClaimRequest | AdmissionRequest, now: Instant, *, is_claim: bool) -> Attempt:
    """Take the agent's time of the scan where it can be right, else central's own."""
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
    """Return the code that the gate has proved: it says what the record says, but for its generation."""
    if asked.generation == NO_GENERATION or not records:
        return LookUpCode()
    record = records[0]
    claims = Claims(
        key_id=_ANY_KEY,
        ticket_id=record.ticket_id,
        issuing_site=record.issuing_site,
        product=record.product,
        issued_at=record.issued_at,
        not_before=record.valid_from,
        not_after=record.valid_until,
        flags=record.flags,
        generation=asked.generation,
    )
    return TicketCode(claims, KeyStatus.ACTIVE)


def _only(tables: SiteTables, asked: ClaimRequest, records: tuple[TicketRecord, ...]) -> SiteTables:
    """Return the tables with the claimed right only: another right of the ticket would be another admission."""
    product = tables.products.get(records[0].product) if records else None
    if product is None:
        return tables
    rights = tuple(right for right in product.entitlements if right.entitlement_id == asked.entitlement_id)
    return replace(tables, products={**tables.products, product.product_id: replace(product, entitlements=rights)})


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


async def _ticket_ids(work: Work, attempt: Attempt, tables: SiteTables, shown: Shown) -> tuple[TicketId, ...]:
    if shown.ticket_id is not None:
        return (shown.ticket_id,)
    if shown.short_number is not None:
        return await feed_rows.tickets_numbered(work, tables.products.keys(), shown.short_number)
    if shown.look_up is None:
        return ()
    found = [one for kind, key in shown.look_up.keys for one in await feed_rows.tickets_by(work, attempt.site, kind, key)]
    return tuple(dict.fromkeys(found))[:MOST_CANDIDATES]


async def _holder(work: Work, attempt: Attempt, asked: AdmissionRequest, ids: tuple[TicketId, ...]) -> HolderShown:
    if asked.holder is None:
        return HolderShown.NOT_YET
    theirs = await feed_rows.tickets_by(work, attempt.site, CredentialKind.ID_CARD, asked.holder)
    return HolderShown.MATCHES if set(theirs) & set(ids) else HolderShown.DIFFERS


async def _facts(work: Work, attempt: Attempt, case: _Case, now: Instant) -> Facts:
    presented = case.shown.presented
    history = await _history(work, attempt, case.records)
    places = case.tables.places()
    return Facts(
        scan=Scan(attempt.attempt_id, attempt.at, 0, attempt.persons, presented, case.holder, None),
        candidates=tuple(Candidate(record, history.get(record.ticket_id, ())) for record in case.records),
        unrecorded=(),
        check_point=places[attempt.check_point],
        check_points=places,
        products=case.tables.products,
        site=case.tables.rules,
        zone=ZoneInfo(case.tables.rules.zone_name),
        ground=Ground(as_of=now, age_ms=0, clock_trusted=True, unlocked=False),
        walk_ins=walk_ins(await events.of_holder(work, presented.holder)) if isinstance(presented, DocumentCard) else (),
        inside=None,
        unseen_this_hour=0,
        fire=False,
        earlier_answer=None,
    )


async def _history(work: Work, attempt: Attempt, records: Iterable[TicketRecord]) -> dict[TicketId, tuple[PastPassage, ...]]:
    """Return what journals tell of the tickets, and the claims that hold them."""
    ids = [record.ticket_id for record in records]
    told = await events.of_tickets(work, ids)
    passages = {ticket: fold(told.get(ticket, ())) for ticket in ids}
    claims = await online_answers.holding_claims(work, attempt, passages)
    return {ticket: (*passages[ticket], *claims.get(ticket, ())) for ticket in ids}
