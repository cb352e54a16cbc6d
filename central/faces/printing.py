"""A ticket as a printer's dots, and samples of faces that are still being made.

Laws: only an active ticket is printed; a sample is marked as one, and its code opens no gate; holders' names are masked (law 9).
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace

from central.catalog import service as catalog
from central.domain.messages import TICKET_STATES
from central.domain.problems import Problem, ProblemCode
from central.domain.texts import in_english
from central.faces.drawing.raster import Content, Print, as_bilevel_png, drawn
from central.faces.drawing.uploads import from_png
from central.faces.messages import TICKET_NOT_PRINTED
from central.faces.pictures import files
from central.faces.rules.facts import SAMPLE_CODE, SAMPLE_SHORT_NUMBER, Facts, Names, SampleLanguage, sample_values, values_of
from central.faces.rules.placing import picture_ids, require_right
from central.faces.service import face_for
from central.faces.template import Template
from central.identity.accounts import known_as
from central.issuing.service import ticket_in
from central.issuing.tickets import Ticket
from central.sales import holders
from central.sales.orders import whole
from central.sales.reprints import reprints_of
from central.sales.sold_terms import promise_of
from central.store.sealed import FieldSeal
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketId
from protocol.instants import Instant
from protocol.tickets.record import TicketState


@dataclass(frozen=True, slots=True)
class Printed:
    """A PNG of one bit a dot, its size in dots, and the elements (from 0) of which a text was cut."""

    png: bytes
    width_px: int
    height_px: int
    cut_elements: tuple[int, ...]


class Printing:
    """Makes rasters."""

    def __init__(self, store: Store, seal: FieldSeal) -> None:
        """Take the store, and the seal of holders' names."""
        self._store = store
        self._seal = seal

    async def print_ticket(self, ticket_id: TicketId, how: Print, now: Instant) -> Printed:
        """Return the raster of a ticket; Problem where there is none, it has no face, or it is not active."""
        async with self._store.reading() as work:
            ticket = await ticket_in(work, ticket_id)
            _require_active(ticket)
            face = await face_for(work, ticket.record.ticket_type, ticket.record.issuing_site)
            content = await self._content(work, ticket, now)
            kept = await files(work, picture_ids(face.template))
        return await asyncio.to_thread(_made, face.template, content, kept, how)

    async def preview(self, template: Template, how: Print, language: SampleLanguage) -> Printed:
        """Return the raster of a face with a sample's values; Problem where something is wrong with the face."""
        async with self._store.reading() as work:
            kept = await files(work, picture_ids(template))
        require_right(template, frozenset(kept))
        content = Content(sample_values(language), SAMPLE_CODE, SAMPLE_SHORT_NUMBER, {})
        return await asyncio.to_thread(_made, template, content, kept, how)

    async def _content(self, work: Work, ticket: Ticket, now: Instant) -> Content:
        promise, order = await promise_of(work, ticket), await whole(work, ticket.order_id)
        site = (await catalog.site(work, ticket.record.issuing_site)).parameters
        named = (await catalog.ticket_types(work, (ticket.record.ticket_type,)))[ticket.record.ticket_type].parameters
        kept = await holders.read(work, self._seal, ticket.ticket_id)
        masked = tuple(holders.masked(one).name for one in kept)
        english, seller = in_english(named.name_zh, named.name_en), await known_as(work, order.seller_id)
        names = Names(named.name_zh, english, site.name_zh, seller, masked)
        reprints = await reprints_of(work, ticket.ticket_id)
        facts = Facts(ticket.record, ticket.short_number, ticket.order_id, promise.price_fen, promise.use_day, names, reprints)
        values = values_of(facts, promise.zone, now)
        return Content(values, ticket.code, ticket.short_number, {}, reprints)


def _made(template: Template, content: Content, kept: Mapping[int, bytes], how: Print) -> Printed:
    raster = drawn(template, replace(content, pictures={number: from_png(file) for number, file in kept.items()}), how)
    ink = raster.ink
    return Printed(as_bilevel_png(ink, how.dpi), ink.shape[1], ink.shape[0], raster.cut_elements)


def _require_active(ticket: Ticket) -> None:
    if ticket.record.state is not TicketState.ACTIVE:
        state = TICKET_STATES[ticket.record.state].of()
        raise Problem(ProblemCode.TICKET_STATE, TICKET_NOT_PRINTED.of(state=state))
