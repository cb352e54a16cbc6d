"""Categories of ticket types over HTTP."""

from http import HTTPStatus
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field

from central.catalog.categories import Categories, CategoryWish
from central.catalog.routes.ticket_types import TicketTypePath
from central.domain.models import InFull, StrictModel, Version
from central.domain.names import CategoryName
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.versions import Versioned
from central.domain.views import View, read_from, within
from central.identity.permissions import Permission
from central.identity.routes.users import RowNumber
from central.web.operations import Call, Route
from protocol.identifiers import TicketTypeId

CATEGORIES: web.AppKey[Categories] = web.AppKey("categories", Categories)

_LAST_POSITION = 10_000
_REFUSALS = (ProblemCode.NOT_FOUND, ProblemCode.CONFLICT)
_STALE = (*_REFUSALS, ProblemCode.VERSION_CONFLICT)
_Name = Annotated[str, Field(min_length=1, max_length=64, pattern=PRINTABLE)]
_EnglishName = Annotated[str, Field(max_length=64, pattern=PRINTABLE)]  # empty: the Chinese name is read


class CategoryBody(StrictModel):
    """A category, under a parent or at the top; siblings stand by `position`."""

    name_zh: _Name
    name_en: _EnglishName = ""
    parent_id: RowNumber | None = None
    position: Annotated[int, Field(ge=0, le=_LAST_POSITION)] = 0

    def stated(self) -> CategoryWish:
        """Return the category as the service takes it."""
        return CategoryWish(self.name_zh, self.name_en, self.parent_id, self.position)


class CategoryInFullBody(InFull, CategoryBody):
    """A category as it is to be from now on, in full."""

    version: Version


class CategoryPath(StrictModel):
    """Which category."""

    category_id: RowNumber


class TypeCategoryBody(StrictModel):
    """The category that a type is in; null: none."""

    version: Annotated[Version, Field(description="Version of the ticket type that the caller read.")]
    category_id: RowNumber | None


class CategoryView(Versioned, View, alias_generator=within("wish")):
    """A category with the categories under it, and the types that are in it itself."""

    kind_of_subject, named_by = "category", ("category_id",)

    category_id: int
    name_zh: str
    name_en: str
    parent: Annotated[CategoryName | None, read_from("wish", "parent")]
    position: int
    ticket_type_ids: Annotated[list[int], read_from("types")]
    children: list["CategoryView"]


class CategoriesView(BaseModel):
    """The categories at the top."""

    items: list[CategoryView]


@Route("GET", "/api/v1/categories", Permission.CATALOG_READ)
async def read_categories(call: Call[None, None]) -> CategoriesView:
    """Read the categories as a tree."""
    return CategoriesView(items=[CategoryView.of(one) for one in await call.request.app[CATEGORIES].tree()])


@Route("POST", "/api/v1/categories", Permission.CATALOG_EDIT, status=HTTPStatus.CREATED, problems=(ProblemCode.CONFLICT,))
async def add_category(call: Call[CategoryBody, None]) -> CategoryView:
    """Add a category."""
    return CategoryView.of(await call.request.app[CATEGORIES].add(call.body.stated(), call.principal.user_id, call.now))


@Route("PUT", "/api/v1/categories/{category_id}", Permission.CATALOG_EDIT, problems=_STALE)
async def change_category(call: Call[CategoryInFullBody, CategoryPath]) -> CategoryView:
    """Rename a category, or move it with all categories under it."""
    categories, number = call.request.app[CATEGORIES], call.parameters.category_id
    return CategoryView.of(
        await categories.change(number, call.body.stated(), call.principal.user_id, call.now, call.body.version)
    )


@Route("DELETE", "/api/v1/categories/{category_id}", Permission.CATALOG_EDIT, status=HTTPStatus.NO_CONTENT, problems=_REFUSALS)
async def delete_category(call: Call[None, CategoryPath]) -> None:
    """Delete an empty category."""
    await call.request.app[CATEGORIES].delete(call.parameters.category_id, call.principal.user_id, call.now)


@Route(
    "PUT",
    "/api/v1/ticket-types/{ticket_type_id}/category",
    Permission.CATALOG_EDIT,
    status=HTTPStatus.NO_CONTENT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.VERSION_CONFLICT),
)
async def set_ticket_type_category(call: Call[TypeCategoryBody, TicketTypePath]) -> None:
    """Put a ticket type into a category, or into none."""
    categories, number = call.request.app[CATEGORIES], TicketTypeId(call.parameters.ticket_type_id)
    await categories.put_type(number, call.body.category_id, call.principal.user_id, call.now, call.body.version)


OPERATIONS = (read_categories, add_category, change_category, delete_category, set_ticket_type_category)
