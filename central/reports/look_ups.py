"""The one look-up for what a visitor can show or say: a code, a document, a phone number, or a number of what was bought.

The number is that of a ticket, of an order, or of a payment: ours, the institution's, or the one on a slip.

Laws: the data scope is a condition of each query; a text that finds nothing is answered with nothing, and is kept nowhere; a
document and a phone number are looked up by their keyed hashes (law 9).
"""

from dataclasses import dataclass
from itertools import chain
from typing import Protocol

from sqlalchemy import ColumnElement, union_all
from sqlmodel import col, select
from sqlmodel.sql.expression import Select, SelectOfScalar

from central.catalog.holder_keys import HolderKeys
from central.catalog.service import sites
from central.reports.rules.readings import ReadAs, Reading, readings
from central.sales.buyers import phone_digest
from central.sales.data_scope import Sight
from central.sales.holders import hashed
from central.sales.rules.pricing import OrderState
from central.store.sealed import FieldSeal
from central.store.tables.activation import ActivationCodeRow
from central.store.tables.money import OrderBuyerRow, OrderRow
from central.store.tables.payments import PaymentRow
from central.store.tables.tickets import TicketCredentialRow, TicketRow
from central.store.unit_of_work import Store, Work
from protocol.feed.records import CredentialKind
from protocol.holders import Document
from protocol.identifiers import SiteId, TicketId, TicketTypeId
from protocol.instants import Instant
from protocol.tickets.record import TicketState

# An order may have hundreds of tickets; who searches it, opens the order.
MOST_FOUND = 20
_Query = Select[OrderRow, TicketRow, PaymentRow]
_EVERY: _Query = select(OrderRow, TicketRow, PaymentRow).select_from(OrderRow)
# The number 0 is none of theirs. SQLite would search a whole table for a row that is joined where nothing is true.
_NO_TICKET, _NO_PAYMENT = col(TicketRow.id) == 0, col(PaymentRow.id) == 0
_PAYMENT_NUMBERS = PaymentRow.number, PaymentRow.institution_number, PaymentRow.reference


@dataclass(frozen=True, slots=True)
class Match:
    """What was found: an order, and the ticket or the payment of it that the text names."""

    read_as: ReadAs
    order_id: int
    site_id: SiteId
    seller_id: int
    channel: str
    order_state: OrderState
    created_at: Instant
    ticket_id: TicketId | None = None
    ticket_type_id: TicketTypeId | None = None
    ticket_state: TicketState | None = None
    payment_id: int | None = None


class SiteKeyring(Protocol):
    """What look-ups need of the catalogue."""

    async def holder_keys(self, work: Work, site_id: SiteId) -> HolderKeys:
        """Return the keys by which a site's gates know holders."""
        ...


@dataclass(frozen=True, slots=True)
class Shown:
    """What a visitor shows or says: a text, or a document that a reader has read or a person has typed with its kind."""

    text: str | None = None
    document: Document | None = None

    def readings(self) -> tuple[Reading, ...]:
        """Return all ways to read it."""
        documents = () if self.document is None else (Reading(ReadAs.DOCUMENT, self.document),)
        return (*documents, *(() if self.text is None else readings(self.text)))


class LookUps:
    """Finds what a visitor shows."""

    def __init__(self, store: Store, keys: SiteKeyring, seal: FieldSeal) -> None:
        """Take the store, the keys that hash documents, and the seal that hashes phone numbers."""
        self._store = store
        self._keys = keys
        self._seal = seal

    async def look_up(self, shown: Shown, sight: Sight) -> tuple[Match, ...]:
        """Return all that it can mean, within what the caller sees."""
        async with self._store.querying() as work:
            return await self.found(work, shown, sight)

    async def found(self, work: Work, shown: Shown, sight: Sight) -> tuple[Match, ...]:
        """Return all that it can mean, as this transaction sees it."""
        scope = sight.of(col(OrderRow.seller_id), col(OrderRow.channel))
        found = [await _found(work, one.read_as, await self._query(work, one), scope) for one in shown.readings()]
        return tuple(chain.from_iterable(found))[:MOST_FOUND]

    async def _query(self, work: Work, reading: Reading) -> _Query:
        match reading.value:
            case Document():
                return _of_tickets(col(TicketRow.id).in_(_of_credentials(await self._credentials(work, reading.value))))
            case str() if reading.read_as is ReadAs.PHONE:
                return _of_orders(col(OrderRow.id).in_(_of_buyer(phone_digest(self._seal, reading.value))))
            case _:
                return _plain(reading)

    async def _credentials(self, work: Work, document: Document) -> list[bytes]:
        """Return the hashes by which the gates of all sites know a document."""
        keys = {site.site_id: (await self._keys.holder_keys(work, site.site_id)).secrets for site in await sites(work)}
        hashes = (await hashed([document], keys)).hashes[document]
        return [key for _, key in hashes]


def _of_credentials(keys: list[bytes]) -> SelectOfScalar[int]:
    is_card = col(TicketCredentialRow.kind) == int(CredentialKind.ID_CARD)
    return select(TicketCredentialRow.ticket_id).where(is_card, col(TicketCredentialRow.key).in_(keys))


def _of_buyer(digest: bytes) -> SelectOfScalar[int]:
    return select(OrderBuyerRow.order_id).where(col(OrderBuyerRow.phone_digest) == digest)


def _plain(reading: Reading) -> _Query:
    match reading.read_as:
        case ReadAs.ORDER:
            return _of_orders(col(OrderRow.id) == reading.value)
        case ReadAs.PAYMENT_NUMBER:
            each = (select(col(PaymentRow.id)).where(col(one) == reading.value) for one in _PAYMENT_NUMBERS)
            return _of_payments(col(PaymentRow.id).in_(union_all(*each)))
        case ReadAs.SHORT_NUMBER:
            return _of_tickets(col(TicketRow.short_number) == reading.value)
        case ReadAs.ACTIVATION_CODE:
            codes = select(col(ActivationCodeRow.ticket_id)).where(col(ActivationCodeRow.code_hash) == reading.value)
            return _of_tickets(col(TicketRow.id).in_(codes))
        case _:
            return _of_tickets(col(TicketRow.id) == reading.value)


def _of_orders(which: ColumnElement[bool]) -> _Query:
    return _EVERY.outerjoin(TicketRow, _NO_TICKET).outerjoin(PaymentRow, _NO_PAYMENT).where(which)


def _of_payments(which: ColumnElement[bool]) -> _Query:
    of_order = col(PaymentRow.order_id) == col(OrderRow.id)
    # The outer join last: SQLite keeps what stands before one in its order, and would begin with all orders.
    return _EVERY.join(PaymentRow, of_order).outerjoin(TicketRow, _NO_TICKET).where(which)


def _of_tickets(which: ColumnElement[bool]) -> _Query:
    of_order = col(TicketRow.order_id) == col(OrderRow.id)
    return _EVERY.join(TicketRow, of_order).outerjoin(PaymentRow, _NO_PAYMENT).where(which)


async def _found(work: Work, read_as: ReadAs, query: _Query, scope: list[ColumnElement[bool]]) -> list[Match]:
    # By a sum, because a database that may walk all orders from the newest on does so, and takes no index of the number.
    newest = query.where(*scope).order_by((col(OrderRow.id) + 0).desc()).limit(MOST_FOUND)
    return [_match(read_as, order, ticket, payment) for order, ticket, payment in (await work.session.exec(newest)).all()]


def _match(read_as: ReadAs, order: OrderRow, ticket: TicketRow | None, payment: PaymentRow | None) -> Match:
    assert order.id is not None, "a stored order has its number"
    return Match(
        read_as,
        order.id,
        order.site_id,
        order.seller_id,
        order.channel,
        OrderState(order.state),
        order.created_at,
        ticket_id=None if ticket is None else ticket.id,
        ticket_type_id=None if ticket is None else ticket.ticket_type_id,
        ticket_state=None if ticket is None else TicketState(ticket.state),
        payment_id=None if payment is None else payment.id,
    )
