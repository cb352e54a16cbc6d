"""How a visitor proves to a machine that tickets are theirs, and which paid tickets of a site that finds.

Laws: a code proves itself; a document finds what was issued to its holder; a phone number and an order's number count together
only, because each is easily guessed alone; a proof that finds nothing is answered alike, and counted (`rules.guesses`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, select

from central.catalog.holder_keys import HolderKeys
from central.domain.problems import Problem, ProblemCode
from central.issuing.tickets import Ticket, ticket_of
from central.sales.buyers import phone_digest
from central.sales.holders import hashed
from central.sales.rules.pricing import OrderState
from central.shop.messages import NOTHING_BELONGS, TRIED_TOO_OFTEN
from central.shop.rules.guesses import Guesses
from central.shop.sellers import SellingAgent
from central.store.sealed import FieldSeal
from central.store.tables.money import OrderBuyerRow, OrderRow
from central.store.tables.payments import PaymentRow
from central.store.tables.tickets import TicketCredentialRow, TicketRow
from central.store.unit_of_work import Store, Work
from protocol.feed.records import CredentialKind
from protocol.holders import Document
from protocol.identifiers import SiteId
from protocol.instants import Instant
from protocol.tickets import codec

MOST_TICKETS = 500


@dataclass(frozen=True, slots=True)
class Proof:
    """One of: a text as scanned (a ticket's code, a payment's number), a document, a phone number and the order's number."""

    text: str | None = None
    document: Document | None = None
    phone: str | None = None
    order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Proved:
    """A paid ticket, the channel that sold it, and the seller."""

    ticket: Ticket
    channel: str
    seller_id: int


class SiteKeyring(Protocol):
    """What proofs need of the catalogue."""

    async def holder_keys(self, work: Work, site_id: SiteId) -> HolderKeys:
        """Return the keys by which a site's gates know holders."""
        ...


class Proofs:
    """Finds the paid tickets of a site that a proof is about."""

    def __init__(self, store: Store, keys: SiteKeyring, seal: FieldSeal) -> None:
        """Take the store, the keys that hash documents, and the seal that hashes phone numbers."""
        self._store = store
        self._keys = keys
        self._seal = seal
        self._guesses = Guesses()

    async def tickets(self, agent: SellingAgent, proof: Proof, now: Instant) -> tuple[Proved, ...]:
        """Return the tickets of the agent's site; Problem where there are none, or after too many wrong proofs of the agent."""
        wait_s = self._guesses.wait_s(agent.agent_id, now)
        if wait_s:
            raise Problem(ProblemCode.TOO_MANY_REQUESTS, TRIED_TOO_OFTEN.of(), retry_after_s=wait_s)
        async with self._store.reading() as work:
            found = await _paid(work, agent.site_id, await self._condition(work, agent.site_id, proof))
        code = _code(proof)
        proved = tuple(one for one in found if code is None or one.ticket.code == code)
        if not proved:
            self._guesses.note_wrong(agent.agent_id, now)
            raise Problem(ProblemCode.NOT_FOUND, NOTHING_BELONGS.of())
        return proved

    async def _condition(self, work: Work, site_id: SiteId, proof: Proof) -> ColumnElement[bool]:
        if proof.document is not None:
            keys = {site_id: (await self._keys.holder_keys(work, site_id)).secrets}
            hashes = [key for _, key in (await hashed([proof.document], keys)).hashes[proof.document]]
            is_card = TicketCredentialRow.kind == int(CredentialKind.ID_CARD)
            cards = select(TicketCredentialRow.ticket_id).where(
                TicketCredentialRow.site_id == site_id, is_card, col(TicketCredentialRow.key).in_(hashes)
            )
            return col(TicketRow.id).in_(cards)
        if proof.text is not None:
            return _by_text(proof.text)
        assert proof.phone is not None, "a proof says one of three things"
        digest = phone_digest(self._seal, proof.phone)
        buyers = select(OrderBuyerRow.order_id).where(OrderBuyerRow.phone_digest == digest)
        return and_(col(OrderRow.id) == proof.order_id, col(OrderRow.id).in_(buyers))


def _by_text(text: str) -> ColumnElement[bool]:
    said = text.strip()
    code = codec.decode(said.upper().encode("utf-8"))
    if code is not None:
        return col(TicketRow.id) == code.claims.ticket_id
    # Numbers on slips (`reference`) are short, and another's are easily guessed.
    numbers = or_(col(PaymentRow.number) == said, col(PaymentRow.institution_number) == said)
    return col(OrderRow.id).in_(select(PaymentRow.order_id).where(numbers))


def _code(proof: Proof) -> str | None:
    """Return the code that is shown, which must be the ticket's newest and whole: its claims alone prove nothing."""
    said = "" if proof.text is None else proof.text.strip().upper()
    return said if codec.decode(said.encode("utf-8")) is not None else None


async def _paid(work: Work, site_id: SiteId, which: ColumnElement[bool]) -> Sequence[Proved]:
    query = (
        select(TicketRow, OrderRow.channel, OrderRow.seller_id)
        .join(OrderRow, col(TicketRow.order_id) == col(OrderRow.id))
        .where(TicketRow.site_id == site_id, OrderRow.state == OrderState.PAID, which)
        .order_by(col(OrderRow.id).desc(), col(TicketRow.line), col(TicketRow.id))
        .limit(MOST_TICKETS)
    )
    return [Proved(ticket_of(row), channel, seller_id) for row, channel, seller_id in (await work.session.exec(query)).all()]
