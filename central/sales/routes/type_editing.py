"""Ticket types changed, archived, restored and copied over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from central.catalog.amendments import TicketTypeInFull, TypeAmendment
from central.catalog.parameters import EnglishName, Name
from central.catalog.routes.ticket_types import TicketTypePath, TicketTypeView
from central.catalog.sale import Fen
from central.domain.models import InFull, StrictModel, Version
from central.domain.problems import ProblemCode
from central.identity.permissions import Permission
from central.sales.rules.type_effects import TEXTS, Effect, Reach
from central.sales.type_editing import ChangedType, TypeEditing, TypeWish, wish_of
from central.web.languages import reads_chinese
from central.web.operations import Call, Route
from protocol.identifiers import TicketTypeId

TYPE_EDITING: web.AppKey[TypeEditing] = web.AppKey("type_editing", TypeEditing)
_REFUSALS = (ProblemCode.NOT_FOUND, ProblemCode.CONFLICT, ProblemCode.VERSION_CONFLICT)


class TypeInFullBody(InFull):
    """A ticket type as it is to be from now on, in full."""

    version: Version
    parameters: TicketTypeInFull
    price_fen: Fen
    is_on_sale: bool

    def stated(self) -> TypeWish:
        """Return the type as the service takes it."""
        return TypeWish(self.parameters.kept(), self.price_fen, self.is_on_sale)


class TypeAmendmentBody(TypeAmendment):
    """What changes of a ticket type; a field that is left out stays as it is."""

    version: Version

    def stated(self) -> TypeWish:
        """Return the changes as the service takes them."""
        return wish_of(self)


class VersionBody(StrictModel):
    """The version that the caller read."""

    version: Version


class TypeCopyBody(StrictModel):
    """The names of the copy."""

    name_zh: Name
    name_en: EnglishName = ""


class EffectView(BaseModel):
    """A field that is otherwise from now on, and what that reaches."""

    field: Annotated[str, Field(description="Name of the field, as the body has it.")]
    reach: Annotated[Reach, Field(description="What the change reaches.")]
    text: Annotated[str, Field(description="What it reaches, in the caller's language.")]


class ChangedTypeView(TicketTypeView):
    """A ticket type after a change, with what the change reaches, and what was out at that moment."""

    effects: Annotated[list[EffectView], Field(description="What each changed field reaches; empty: nothing changed.")]
    valid_tickets: int
    inactive_tickets: int
    held_orders: int


@Route("PUT", "/api/v1/ticket-types/{ticket_type_id}", Permission.CATALOG_EDIT, problems=_REFUSALS)
async def change_ticket_type(call: Call[TypeInFullBody, TicketTypePath]) -> ChangedTypeView:
    """Replace a ticket type's parameters; the answer says what that reaches. What contradicts sold tickets is refused."""
    return await _changed(call)


@Route("PATCH", "/api/v1/ticket-types/{ticket_type_id}", Permission.CATALOG_EDIT, problems=_REFUSALS)
async def amend_ticket_type(call: Call[TypeAmendmentBody, TicketTypePath]) -> ChangedTypeView:
    """Change some of a ticket type's parameters; all that is left out stays as it is."""
    return await _changed(call)


@Route("POST", "/api/v1/ticket-types/{ticket_type_id}/archive", Permission.CATALOG_EDIT, problems=_REFUSALS, once=True)
async def archive_ticket_type(call: Call[VersionBody, TicketTypePath]) -> TicketTypeView:
    """Archive a ticket type: it is not sold, and not listed by default; sold tickets stay valid, planned changes are dropped."""
    number, by = TicketTypeId(call.parameters.ticket_type_id), call.principal.user_id
    return TicketTypeView.of(await call.request.app[TYPE_EDITING].archive(number, call.body.version, by, call.now))


@Route("POST", "/api/v1/ticket-types/{ticket_type_id}/restore", Permission.CATALOG_EDIT, problems=_REFUSALS, once=True)
async def restore_ticket_type(call: Call[VersionBody, TicketTypePath]) -> TicketTypeView:
    """Restore a ticket type from the archive; it is not on sale until it is put on sale again."""
    number, by = TicketTypeId(call.parameters.ticket_type_id), call.principal.user_id
    return TicketTypeView.of(await call.request.app[TYPE_EDITING].restore(number, call.body.version, by, call.now))


@Route(
    "POST",
    "/api/v1/ticket-types/{ticket_type_id}/copies",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.CREATED,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    once=True,
)
async def copy_ticket_type(call: Call[TypeCopyBody, TicketTypePath]) -> TicketTypeView:
    """Copy a ticket type under new names and the next number, not on sale."""
    number, names = TicketTypeId(call.parameters.ticket_type_id), (call.body.name_zh, call.body.name_en)
    return TicketTypeView.of(await call.request.app[TYPE_EDITING].copy(number, names, call.principal.user_id, call.now))


async def _changed(call: Call[TypeInFullBody, TicketTypePath] | Call[TypeAmendmentBody, TicketTypePath]) -> ChangedTypeView:
    number, by, seen = TicketTypeId(call.parameters.ticket_type_id), call.principal.user_id, call.body.version
    changed = await call.request.app[TYPE_EDITING].change(number, call.body.stated(), seen, by, call.now)
    return _view(changed, chinese=reads_chinese(call.request.headers))


def _view(changed: ChangedType, *, chinese: bool) -> ChangedTypeView:
    shown = TicketTypeView.of(changed.sheet)
    return ChangedTypeView(
        **{name: getattr(shown, name) for name in TicketTypeView.model_fields},
        effects=[_effect(one, chinese=chinese) for one in changed.effects],
        valid_tickets=changed.sold.valid_tickets,
        inactive_tickets=changed.sold.inactive_tickets,
        held_orders=changed.sold.held_orders,
    )


def _effect(one: Effect, *, chinese: bool) -> EffectView:
    return EffectView(field=one.field, reach=one.reach, text=TEXTS[one.reach].of().text(chinese=chinese))


OPERATIONS = (change_ticket_type, amend_ticket_type, archive_ticket_type, restore_ticket_type, copy_ticket_type)
