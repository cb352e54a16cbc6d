"""Holders at rest: sealed names and numbers, and the keyed hashes that gates get.

Laws (law 9): a document number leaves this module sealed, hashed or masked; each reading of a full number is audited.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from sqlmodel import col, delete, select

from central.sales.rules.pricing import Holder, PromisedLine
from central.store.sealed import FieldSeal, SealedField
from central.store.tables.money import OrderHolderRow
from central.store.tables.tickets import TicketHolderRow
from central.store.unit_of_work import Work
from protocol.holders import Document, DocumentType, holder_hash, normalised
from protocol.identifiers import SiteId, TicketId

SHOWN_DIGITS = 4
MASK = "*"
_HELD = "sale_order_holder"

# The keys in force at each site (law 9), newest first.
SiteKeys = Mapping[SiteId, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class KeptHolder:
    """A holder as stored, opened."""

    document: Document
    name: str


@dataclass(frozen=True, slots=True)
class Hashed:
    """The keyed hashes by which each site's gates know documents, and the keys that made them."""

    site_keys: SiteKeys
    hashes: Mapping[Document, tuple[tuple[SiteId, bytes], ...]]


def sites_of(lines: Iterable[PromisedLine]) -> list[SiteId]:
    """Return the sites that know holders of these lines, always in the same order: each site's row stays locked to the end."""
    return sorted(frozenset[SiteId]().union(*(line.ticket_type.parameters.sites for line in lines if line.holders)))


def documents_of(lines: Iterable[PromisedLine]) -> list[Document]:
    """Return the documents that these lines name."""
    return [holder.document for line in lines for holder in line.holders]


async def hashed(documents: Iterable[Document], site_keys: SiteKeys) -> Hashed:
    """Return, for each document, the hash by which each site's gates know it.

    In a thread: each key costs about 2 ms of a core.
    """
    wanted = set(documents)
    if not wanted:
        return Hashed(site_keys, {})
    return Hashed(site_keys, await asyncio.to_thread(_hash_all, wanted, site_keys))


def _hash_all(documents: set[Document], site_keys: SiteKeys) -> dict[Document, tuple[tuple[SiteId, bytes], ...]]:
    pairs = [(site, key) for site, keys in site_keys.items() for key in keys]
    return {one: tuple((site, holder_hash(one, key)) for site, key in pairs) for one in documents}


def keep(work: Work, seal: FieldSeal, ticket_id: TicketId, holders: Iterable[Holder]) -> None:
    """Store a ticket's holders, sealed."""
    rows = [
        {
            "ticket_id": ticket_id,
            "position": position,
            "document_type": holder.document.kind.value,
            "country": holder.document.country,
            "number_sealed": seal.seal(normalised(holder.document.number), _at("number", ticket_id, position)),
            "name_sealed": seal.seal(holder.name, _at("name", ticket_id, position)),
        }
        for position, holder in enumerate(holders)
    ]
    work.insert(TicketHolderRow, rows)


def hold(work: Work, seal: FieldSeal, order_id: int, line: int, holders: Iterable[Holder]) -> None:
    """Store the holders of a line whose tickets are not made yet, sealed."""
    rows = [
        {
            "order_id": order_id,
            "line": line,
            "position": position,
            "document_type": holder.document.kind.value,
            "country": holder.document.country,
            "number_sealed": seal.seal(normalised(holder.document.number), _held_at("number", order_id, line, position)),
            "name_sealed": seal.seal(holder.name, _held_at("name", order_id, line, position)),
        }
        for position, holder in enumerate(holders)
    ]
    work.insert(OrderHolderRow, rows)


async def held(work: Work, seal: FieldSeal, order_id: int) -> Mapping[int, tuple[Holder, ...]]:
    """Return the holders of an order whose tickets are not made yet, line by line."""
    query = select(OrderHolderRow).where(col(OrderHolderRow.order_id) == order_id)
    found: dict[int, tuple[Holder, ...]] = {}
    for row in (await work.session.exec(query.order_by(col(OrderHolderRow.line), col(OrderHolderRow.position)))).all():
        number = seal.open(row.number_sealed, _held_at("number", order_id, row.line, row.position))
        name = seal.open(row.name_sealed, _held_at("name", order_id, row.line, row.position))
        holder = Holder(Document(DocumentType(row.document_type), row.country, number), name)
        found[row.line] = (*found.get(row.line, ()), holder)
    return found


async def let_go(work: Work, order_id: int) -> None:
    """Delete the holders of an order: its tickets have them, or will never be made."""
    await work.session.exec(delete(OrderHolderRow).where(col(OrderHolderRow.order_id) == order_id))


async def read(work: Work, seal: FieldSeal, ticket_id: TicketId) -> tuple[KeptHolder, ...]:
    """Return a ticket's holders in full."""
    query = select(TicketHolderRow).where(col(TicketHolderRow.ticket_id) == ticket_id).order_by(col(TicketHolderRow.position))
    return tuple(_opened(seal, row) for row in (await work.session.exec(query)).all())


def _opened(seal: FieldSeal, row: TicketHolderRow) -> KeptHolder:
    number = seal.open(row.number_sealed, _at("number", row.ticket_id, row.position))
    name = seal.open(row.name_sealed, _at("name", row.ticket_id, row.position))
    return KeptHolder(Document(DocumentType(row.document_type), row.country, number), name)


def masked(holder: KeptHolder) -> KeptHolder:
    """Return the holder; all but the name's first and the number's last four characters are hidden."""
    number = holder.document.number
    shown = number[-SHOWN_DIGITS:] if len(number) > SHOWN_DIGITS else ""
    document = replace(holder.document, number=MASK * (len(number) - len(shown)) + shown)
    return KeptHolder(document, holder.name[:1] + MASK * (len(holder.name) - 1))


def _at(column: str, ticket_id: TicketId, position: int) -> SealedField:
    return SealedField("ticket_holder", column, f"{ticket_id}/{position}")


def _held_at(column: str, order_id: int, line: int, position: int) -> SealedField:
    return SealedField(_HELD, column, f"{order_id}/{line}/{position}")
