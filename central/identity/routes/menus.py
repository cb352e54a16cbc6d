"""The navigation menu, over HTTP."""

from typing import Annotated

from aiohttp import web
from pydantic import Field

from central.domain.models import StrictModel, Version
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.versions import Versioned
from central.domain.views import View
from central.identity.menu_service import SUBJECT, Menus
from central.identity.menus import MAX_TITLE_CHARACTERS, MOST_GROUPS, ArrangedMenuGroup, ArrangedPage, Menu, seen_by
from central.identity.permissions import Permission
from central.web.access import Access
from central.web.operations import Call, Route

MENUS: web.AppKey[Menus] = web.AppKey("menus", Menus)

Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,31}$")]
Title = Annotated[str, Field(min_length=1, max_length=MAX_TITLE_CHARACTERS, pattern=PRINTABLE)]
_MOST_PAGES = 200


class ArrangedPageBody(StrictModel):
    """Where a page goes."""

    key: Key
    is_hidden: bool = False


class ArrangedGroupBody(StrictModel):
    """A group with its pages in order."""

    key: Key
    title_zh: Title
    title_en: Title
    pages: Annotated[list[ArrangedPageBody], Field(max_length=_MOST_PAGES)]


class MenuBody(StrictModel):
    """The whole menu: every page stands in it exactly once, shown or hidden."""

    version: Version
    groups: Annotated[list[ArrangedGroupBody], Field(max_length=MOST_GROUPS)]


class PageView(View):
    """A page."""

    key: str
    title_zh: str
    title_en: str
    permission: Annotated[Permission | None, Field(description="What it takes to open it; null: nothing but being signed in.")]
    is_hidden: bool


class GroupView(View):
    """A group of pages."""

    key: str
    title_zh: str
    title_en: str
    pages: list[PageView]


class MenuView(Versioned):
    """A menu."""

    kind_of_subject, named_by = "menu", ()

    def subject(self) -> str:
        """Return the audit subject of the only menu."""
        return SUBJECT

    groups: list[GroupView]


@Route("GET", "/api/v1/menu", Access.SIGNED_IN)
async def read_menu(call: Call[None, None]) -> MenuView:
    """Read the menu without what the person may not open; pages ask at sign-in and when it is refreshed (刷新菜单)."""
    menu = await call.request.app[MENUS].menu()
    return _view(seen_by(menu, call.principal.permissions))


@Route("GET", "/api/v1/menu/arrangement", Permission.MENUS_EDIT)
async def read_menu_arrangement(call: Call[None, None]) -> MenuView:
    """Read the whole menu as it stands, hidden pages included."""
    return _view(await call.request.app[MENUS].menu())


@Route("PUT", "/api/v1/menu/arrangement", Permission.MENUS_EDIT, problems=(ProblemCode.VERSION_CONFLICT,))
async def arrange_menu(call: Call[MenuBody, None]) -> MenuView:
    """Arrange the menu; the arrangement is replaced as a whole."""
    groups = tuple(
        ArrangedMenuGroup(
            one.key, one.title_zh, one.title_en, tuple(ArrangedPage(page.key, is_hidden=page.is_hidden) for page in one.pages)
        )
        for one in call.body.groups
    )
    return _view(await call.request.app[MENUS].arrange(groups, call.principal, call.now, call.body.version))


@Route("DELETE", "/api/v1/menu/arrangement", Permission.MENUS_EDIT)
async def restore_menu(call: Call[None, None]) -> MenuView:
    """Bring back the menu as shipped."""
    return _view(await call.request.app[MENUS].restore(call.principal, call.now))


def _view(menu: Menu) -> MenuView:
    return MenuView(groups=[GroupView.of(group) for group in menu])


OPERATIONS = (read_menu, read_menu_arrangement, arrange_menu, restore_menu)
