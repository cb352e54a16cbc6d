"""Supervisors of gates, their PINs and cards, over HTTP.

Law: a PIN and a card come in and never go out.
"""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from central.domain.field_messages import unfit
from central.domain.pagination import Page, PageQuery, page_of
from central.domain.problems import ProblemCode
from central.identity.permissions import Permission
from central.identity.routes.sessions import Name, Password
from central.identity.rules.cards import MOST_READ_CHARACTERS, card_text, card_weakness
from central.identity.rules.sign_in import MOST_PIN_DIGITS
from central.identity.supervisor_cards import SupervisorCards
from central.identity.supervisors import SiteSupervisor, Supervisors
from central.web.access import Access
from central.web.operations import Call, Route
from protocol.identifiers import U16_MAX, SiteId
from protocol.instants import Instant, to_datetime

SUPERVISORS: web.AppKey[Supervisors] = web.AppKey("supervisors", Supervisors)
SUPERVISOR_CARDS: web.AppKey[SupervisorCards] = web.AppKey("supervisor_cards", SupervisorCards)

Pin = Annotated[str, Field(min_length=1, max_length=MOST_PIN_DIGITS, description="6 to 12 digits that are hard to guess")]


def _card(read: str) -> str:
    text = card_text(read)
    weakness = card_weakness(text)
    if weakness is not None:
        raise unfit(weakness)
    return text


CardText = Annotated[
    str,
    Field(
        max_length=MOST_READ_CHARACTERS,
        description="as the reader gives it: 8 to 128 letters, digits or signs; blanks and case do not count",
    ),
    AfterValidator(_card),
]
SiteNumber = Annotated[int, Field(ge=1, le=U16_MAX)]


class SupervisedPath(BaseModel):
    """Which person."""

    model_config = ConfigDict(extra="forbid")

    name: Name


class SitePath(BaseModel):
    """Which site."""

    model_config = ConfigDict(extra="forbid")

    site_id: SiteNumber


class SupervisorQuery(SitePath, PageQuery):
    """Whose supervisors."""


class SupervisorPath(SitePath):
    """Which person at which site."""

    name: Name


class PinBody(BaseModel):
    """A supervisor's new PIN."""

    model_config = ConfigDict(extra="forbid")

    pin: Pin


class OwnPinBody(PinBody):
    """The own password, and the own new PIN."""

    password: Password


class CardBody(BaseModel):
    """A supervisor's new card."""

    model_config = ConfigDict(extra="forbid")

    card: CardText


class SupervisorView(BaseModel):
    """A supervisor; `user_id` is the number to type at a gate. Without a PIN, gates do not know that number."""

    user_id: int
    name: str
    pin_set_at: datetime | None
    card_set_at: datetime | None


@Route(
    "PUT",
    "/api/v1/sites/{site_id}/supervisors/{name}",
    Permission.SUPERVISORS_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
)
async def add_supervisor(call: Call[None, SupervisorPath]) -> SupervisorView:
    """Let a person supervise a site's gates; once the person has a PIN, the gates accept it."""
    site, name = SiteId(call.parameters.site_id), call.parameters.name
    return _supervisor_view(await call.request.app[SUPERVISORS].add(site, name, call.principal, call.now))


@Route(
    "DELETE",
    "/api/v1/sites/{site_id}/supervisors/{name}",
    Permission.SUPERVISORS_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
)
async def remove_supervisor(call: Call[None, SupervisorPath]) -> None:
    """End a person's supervision of a site's gates; with the last site their PIN and card end."""
    site, name = SiteId(call.parameters.site_id), call.parameters.name
    await call.request.app[SUPERVISORS].remove(site, name, call.principal, call.now)


@Route("GET", "/api/v1/sites/{site_id}/supervisors", Permission.SUPERVISORS_EDIT, problems=(ProblemCode.NOT_FOUND,))
async def list_supervisors(call: Call[None, SupervisorQuery]) -> Page[SupervisorView]:
    """List a site's supervisors by number."""
    found = await call.request.app[SUPERVISORS].of_site(SiteId(call.parameters.site_id))
    return page_of([_supervisor_view(one) for one in found], lambda one: one.user_id, call.parameters)


@Route(
    "PUT",
    "/api/v1/supervisors/{name}/pin",
    Permission.SUPERVISORS_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT, ProblemCode.PIN_WEAK),
    proved=True,
)
async def set_supervisor_pin(call: Call[PinBody, SupervisedPath]) -> SupervisorView:
    """Give a supervisor a PIN; a person cannot do so for a supervisor who may do more."""
    name, pin = call.parameters.name, call.body.pin
    return _supervisor_view(await call.request.app[SUPERVISORS].set_pin(name, pin, call.principal, call.now))


@Route(
    "PUT",
    "/api/v1/supervisors/{name}/card",
    Permission.SUPERVISORS_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.CONFLICT),
    proved=True,
)
async def set_supervisor_card(call: Call[CardBody, SupervisedPath]) -> SupervisorView:
    """Give a supervisor a card to show in place of the PIN; a person cannot do so for a supervisor who may do more."""
    name, card = call.parameters.name, call.body.card
    return _supervisor_view(await call.request.app[SUPERVISOR_CARDS].set(name, card, call.principal, call.now))


@Route(
    "DELETE",
    "/api/v1/supervisors/{name}/card",
    Permission.SUPERVISORS_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND,),
    proved=True,
)
async def delete_supervisor_card(call: Call[None, SupervisedPath]) -> None:
    """Take a supervisor's card away, such as one that was lost: from now on nothing is approved with it."""
    await call.request.app[SUPERVISOR_CARDS].delete(call.parameters.name, call.principal, call.now)


@Route(
    "PUT",
    "/api/v1/session/pin",
    Access.SESSION,
    problems=(
        ProblemCode.CONFLICT,
        ProblemCode.PIN_WEAK,
        ProblemCode.SIGN_IN_FAILED,
        ProblemCode.PASSWORD_CHANGE_REQUIRED,
    ),
)
async def set_own_pin(call: Call[OwnPinBody, None]) -> SupervisorView:
    """Set the own PIN; the answer says under which number gates know it."""
    supervisors, body = call.request.app[SUPERVISORS], call.body
    return _supervisor_view(await supervisors.set_own_pin(call.principal, body.password, body.pin, call.now))


def _supervisor_view(one: SiteSupervisor) -> SupervisorView:
    return SupervisorView(
        user_id=one.user_id, name=one.name, pin_set_at=_shown(one.pin_set_at), card_set_at=_shown(one.card_set_at)
    )


def _shown(at: Instant | None) -> datetime | None:
    return None if at is None else to_datetime(at)


OPERATIONS = (
    add_supervisor,
    remove_supervisor,
    list_supervisors,
    set_supervisor_pin,
    set_supervisor_card,
    delete_supervisor_card,
    set_own_pin,
)
