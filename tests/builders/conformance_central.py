"""The cases of the conformance table at one served central: its sites, types, check points, tickets, and its gates' past.

All cases stand side by side in one database, each with tickets and documents of its own, so that none sees another's past.
Laws: what central decides by is in its own tables, written by its own routes (tickets as issuing stores them, because the table's
tickets are sold on days and in states that no sale of today makes); the past is what gates journalled and uploaded.
"""

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from central.issuing import outbox
from central.keys.files import KeyFiles
from central.keys.service import initialise, rotate
from central.store.tables.tickets import TicketCredentialRow, TicketRow
from protocol.admission.decide import decide
from protocol.admission.facts import DocumentCard, HolderShown, TicketCode, TypedNumber
from protocol.admission.policy import CheckPoint
from protocol.admission.verdict import Admit, Verdict
from protocol.directions import Direction
from protocol.feed.records import CredentialKind
from protocol.holders import HOLDER_BYTES
from protocol.identifiers import AttemptId, CheckPointId, EntitlementId, KeyId, Sequence, SiteId, TicketId, TicketTypeId
from protocol.journal.events import Intent, Outcome
from protocol.keyring import KeyState, Purpose
from protocol.sync.messages import AdmissionRequest, ClaimRequest, CredentialForm
from protocol.tickets.claims import Claims, TicketFlags
from protocol.tickets.record import TicketRecord, agrees
from protocol.tickets.short_number import number_of
from protocol.tickets.signature import issue
from tests.builders.admission import SITE, T2, at
from tests.builders.central import HandClock, SeededBytes
from tests.builders.conformance_numbers import (
    OTHER_SITE,
    PLAIN_T2,
    Numbers,
    holder_of,
    moved,
    moved_passage,
    moved_record,
    points_of,
)
from tests.builders.conformance_ways import LATE_PASS, Case, shown_text, tell
from tests.builders.served import PASSPHRASE, Central, Gate, running_central
from tests.builders.stated_types import type_body

KEYS_MADE_AT = at("2026-04-01 00:00")  # before the tickets of the table were issued
ANOTHERS_DOCUMENT = bytes([1] * HOLDER_BYTES)
MOST_TRIES = 50


@dataclass(slots=True)
class Premises:
    """A central with all cases, the gates that ask it, and the gates that reported the past."""

    central: Central
    numbers: Numbers
    privates: dict[KeyId, Ed25519PrivateKey]
    askers: dict[SiteId, Gate]
    tellers: dict[SiteId, Gate]
    attempts: Iterator[int]

    async def verdict(self, case: Case) -> Verdict:
        """Show what a case shows at the time of its scan, and return central's verdict; twice where the attempt is repeated."""
        facts = moved(self.numbers, case)
        self.central.clock.now = facts.scan.at
        request = self._request(case)
        client = self.askers[facts.site.site].client
        first = (await client.admission(request)).verdict
        if case.facts.earlier_answer is None:
            return first
        again = (await client.admission(request)).verdict
        assert again == first
        return again

    async def claimed(self, case: Case) -> tuple[bool, str]:
        """Claim the ticket of a case as a gate does that knows nothing against it; return whether it is granted, or why not."""
        facts = moved(self.numbers, case)
        self.central.clock.now = facts.scan.at
        (candidate,), presented = facts.candidates, facts.scan.presented
        assert isinstance(presented, TicketCode)
        verdict = decide(facts)
        right = verdict.entitlement_id if isinstance(verdict, Admit) else None
        request = ClaimRequest(
            attempt_id=self._attempt(),
            ticket_id=candidate.record.ticket_id,
            generation=presented.claims.generation,
            entitlement_id=right or EntitlementId(1),
            check_point=facts.check_point.check_point_id,
            persons=facts.scan.persons,
            scanned_at=facts.scan.at,
        )
        # A gate waits 150 ms and no longer; on a busy test machine the same attempt is asked again.
        for _ in range(MOST_TRIES):
            answer = await self.askers[facts.site.site].client.claim(request)
            if answer is not None:
                return answer.granted, answer.reason
        raise AssertionError("central never answered")

    def sign(self, claims: Claims) -> str:
        """Return the code of a ticket, by the key that it names."""
        return issue(claims, self.privates[claims.key_id])

    def _attempt(self) -> AttemptId:
        return AttemptId(next(self.attempts).to_bytes(16, "big"))

    def _request(self, case: Case) -> AdmissionRequest:
        facts = moved(self.numbers, case)
        presented = facts.scan.presented
        match presented:
            case DocumentCard():
                form, credential = CredentialForm.HOLDER, presented.holder
            case TypedNumber():
                form, credential = CredentialForm.TYPED, number_of(facts.candidates[0].record.ticket_id).encode()
            case _:
                form, credential = CredentialForm.CODE, shown_text(replace(case, facts=facts), self._sign_active)
        return AdmissionRequest(
            attempt_id=self._attempt(),
            form=form,
            credential=credential,
            check_point=facts.check_point.check_point_id,
            direction=facts.check_point.direction,
            persons=facts.scan.persons,
            scanned_at=facts.scan.at,
            holder=ANOTHERS_DOCUMENT if facts.scan.holder is HolderShown.DIFFERS else None,
        )

    def _sign_active(self, claims: Claims) -> str:
        known = claims if claims.key_id in self.privates else replace(claims, key_id=self.numbers.keys[KeyState.ACTIVE])
        return self.sign(known)


def is_claimable(case: Case) -> bool:
    """Return whether a gate may claim the ticket: its verified code says what the record says, and it has seen the holder."""
    scan, candidates = case.facts.scan, case.facts.candidates
    presented = scan.presented
    if not isinstance(presented, TicketCode) or presented.key_state is not KeyState.ACTIVE or len(candidates) != 1:
        return False
    record = replace(candidates[0].record, generation=presented.claims.generation)
    is_entry = case.facts.check_point.direction is Direction.ENTRY and scan.supervisor is None
    is_new = case.facts.earlier_answer is None
    return is_entry and is_new and agrees(record, presented.claims) and TicketFlags.REAL_NAME not in record.flags


@asynccontextmanager
async def premises(folder: Path, url: str, cases: list[Case]) -> AsyncIterator[Premises]:
    """Serve a central where these cases stand."""
    privates, keys = _make_keys(KeyFiles(folder / "keys"))
    async with running_central(folder, HandClock(), url) as central:
        numbers = Numbers(keys=keys)
        for _ in (SITE, OTHER_SITE):
            await _add_site(central, None, 0)
        for case in cases:
            if case.facts.site.capacity is not None:
                numbers.full_sites[case.id] = await _add_site(central, case.facts.site.capacity, case.facts.inside or 0)
        await _add_types(central, numbers, cases)
        await _add_points(central, numbers, cases)
        askers = {site: await central.enrol(*numbers.points_at(site), name="asker", site=site) for site in numbers.sites()}
        tellers = {site: await _enrol_teller(central, site) for site in (SITE, OTHER_SITE)}
        await _issue(central, numbers, cases)
        made = Premises(central, numbers, privates, askers, tellers, count(1))
        await _tell(made, cases)
        yield made
        for gate in (*askers.values(), *tellers.values()):
            gate.close()


def _make_keys(files: KeyFiles) -> tuple[dict[KeyId, Ed25519PrivateKey], dict[KeyState, KeyId]]:
    """Make central's keys; the first key for tickets was compromised and replaced."""
    random_bytes = SeededBytes("conformance")
    initialise(files, PASSPHRASE, KEYS_MADE_AT, random_bytes)
    keyring = rotate(files, PASSPHRASE, Purpose.TICKETS, KEYS_MADE_AT, random_bytes, compromised=True)
    of_tickets = [key for key in keyring.keys if key.purpose is Purpose.TICKETS]
    privates = {key.key_id: private for key in of_tickets if (private := files.read_key(key)) is not None}
    return privates, {key.state: key.key_id for key in of_tickets}


async def _add_site(central: Central, capacity: int | None, inside: int) -> SiteId:
    body = {"name_zh": "牌坊镇", "name_en": "Paifang Town", "capacity": capacity, "unseen_per_hour": 20}
    site = SiteId((await central.api("POST", "/sites", body))["site_id"])
    if inside:
        await central.api("POST", f"/sites/{site}/on-site-corrections", {"persons": inside, "reason": "counted"})
    return site


async def _add_types(central: Central, numbers: Numbers, cases: Iterable[Case]) -> None:
    """Add each type of the table once at each site where it is shown; the types that packages name come first."""
    for site in numbers.sites():
        body = type_body(PLAIN_T2, {SITE: site}, {})
        numbers.ticket_types[site, PLAIN_T2] = await _add_type(central, body)
    for case in cases:
        site = numbers.site(case)
        for one in case.facts.ticket_types.values():
            if (site, one) not in numbers.ticket_types:
                body = type_body(one, {SITE: site, OTHER_SITE: OTHER_SITE}, {T2: numbers.ticket_types[site, PLAIN_T2]})
                numbers.ticket_types[site, one] = await _add_type(central, body)


async def _add_type(central: Central, body: dict[str, Any]) -> TicketTypeId:
    added = await central.api("POST", "/ticket-types", {"parameters": body, "price_fen": 8000})
    return TicketTypeId(added["ticket_type_id"])


async def _add_points(central: Central, numbers: Numbers, cases: Iterable[Case]) -> None:
    for case in cases:
        site = numbers.site(case)
        for point in points_of(case):
            if (site, point) not in numbers.points:
                numbers.points[site, point] = await _add_point(central, site, point, numbers.ticked(site, point.ticked))


async def _add_point(central: Central, site: SiteId, point: CheckPoint, ticked: Iterable[TicketTypeId]) -> CheckPointId:
    settings = {
        "name_zh": point.name_zh,
        "name_en": point.name_en,
        "zone": point.zone,
        "direction": point.direction.value,
        "state": point.state.name.lower(),
        "attended": point.attended,
        "reads_documents": point.reads_documents,
    }
    return CheckPointId(await central.add_check_point(sorted(ticked), site, **settings))


async def _enrol_teller(central: Central, site: SiteId) -> Gate:
    """Enrol the gate whose journal tells a site's past; each entry itself says where it happened."""
    return await central.enrol(await central.add_check_point([], site, name_en="Teller"), name="teller", site=site)


async def _issue(central: Central, numbers: Numbers, cases: Iterable[Case]) -> None:
    """Store the tickets of all cases, and the cards that lead to them, in the order of one sale."""
    (sold,) = await central.sell(numbers.ticket_types[SITE, PLAIN_T2])
    tickets: list[dict[str, object]] = []
    cards: list[dict[str, object]] = []
    async with central.built.store.transaction() as work:
        order_id = (await work.session.get_one(TicketRow, TicketId(int(sold["ticket_id"], 16)))).order_id
        for case in cases:
            for candidate in case.facts.candidates:
                row, site = moved_record(numbers, case, candidate.record), numbers.site(case)
                tickets.append(_ticket_row(row, order_id))
                outbox.append(work, (row.ticket_id,), (site,), central.clock())
                if isinstance(case.facts.scan.presented, DocumentCard):
                    key = {"site_id": site, "kind": int(CredentialKind.ID_CARD), "key": holder_of(case)}
                    cards.append({**key, "ticket_id": row.ticket_id})
        work.insert(TicketRow, tickets)
        work.insert(TicketCredentialRow, cards)


def _ticket_row(row: TicketRecord, order_id: int) -> dict[str, object]:
    known = {"id": row.ticket_id, "site_id": row.issuing_site, "ticket_type_id": row.ticket_type}
    names = ("issued_at", "valid_from", "valid_until", "generation", "state_since", "persons", "slot_start", "slot_minutes")
    said = {name: getattr(row, name) for name in names}
    numbered = {"flags": int(row.flags), "state": int(row.state), "short_number": int(number_of(row.ticket_id))}
    return {**known, **said, **numbered, "order_id": order_id, "line": 1, "token": b""}


async def _tell(made: Premises, cases: Iterable[Case]) -> None:
    """Journal and upload what happened before, in the order in which the cases tell it."""
    for case in cases:
        for one in case.passages:
            past = moved_passage(made.numbers, case, one)
            tell(past, partial(_journal, made.tellers[past.site], past.check_point), late=case.number == LATE_PASS)
    for gate in made.tellers.values():
        await gate.upload()


def _journal(gate: Gate, check_point: CheckPointId, event: Intent | Outcome) -> Sequence:
    return gate.journal.append(event, check_point, gate.reading()).sequence
