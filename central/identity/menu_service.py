"""The menu in force: as shipped, or as a person arranged it.

Laws: an arrangement replaces the one before as a whole; restoring brings back the tree as shipped; both are audited. A person
sees a new arrangement at the next sign-in, or after refreshing the menu (刷新菜单): the pages read it again then.
"""

import json

from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.domain.principal import Principal
from central.domain.problems import ProblemCode, wrong_field
from central.identity.menus import SHIPPED, ArrangedMenuGroup, ArrangedPage, Menu, arranged, fault_of
from central.store.tables.people import MenuRow
from central.store.unit_of_work import Store
from protocol.instants import Instant

_ONLY = 1
SUBJECT = "menu:1"


class Menus:
    """Keeps the arrangement."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def menu(self) -> Menu:
        """Return the whole menu in force, hidden pages included."""
        async with self._store.reading() as work:
            row = await work.session.get(MenuRow, _ONLY)
        return _in_force(row)

    async def arrange(self, groups: tuple[ArrangedMenuGroup, ...], by: Principal, now: Instant, seen: int | None = None) -> Menu:
        """Store an arrangement; Problem where a page is missing, unknown or there twice, or it was arranged since `seen`."""
        fault = fault_of(groups)
        if fault is not None:
            raise wrong_field(ProblemCode.INPUT_INVALID, "groups", fault)
        async with self._store.transaction() as work:
            await versions.claim(work, SUBJECT, seen)
            row = await work.session.get(MenuRow, _ONLY)
            changes = changes_between(_stated(_in_force(row)), _stated(arranged(groups)))
            row = row or MenuRow(id=_ONLY, arrangement="", changed_at=now)
            row.arrangement, row.changed_at = _written(groups), now
            work.session.add(row)
            await versions.record(work, now, by.user_id, Edit(SUBJECT, "menu.arrange", changes))
        return arranged(groups)

    async def restore(self, by: Principal, now: Instant) -> Menu:
        """Bring back the menu as shipped."""
        async with self._store.transaction() as work:
            await versions.claim(work, SUBJECT, None)
            row = await work.session.get(MenuRow, _ONLY)
            changes = changes_between(_stated(_in_force(row)), _stated(SHIPPED))
            if row is not None:
                await work.session.delete(row)
            await versions.record(work, now, by.user_id, Edit(SUBJECT, "menu.restore", changes))
        return SHIPPED


def _in_force(row: MenuRow | None) -> Menu:
    return SHIPPED if row is None else arranged(_read(row.arrangement))


def _stated(menu: Menu) -> dict[str, object]:
    """Return a menu as the audit compares it: the order of the groups, and each group with the order of its pages."""
    groups = {
        one.key: {
            "title_zh": one.title_zh,
            "title_en": one.title_en,
            "pages": [page.key for page in one.pages],
            "hidden_pages": [page.key for page in one.pages if page.is_hidden],
        }
        for one in menu
    }
    return {"groups": groups, "order": list(groups)}


def _written(groups: tuple[ArrangedMenuGroup, ...]) -> str:
    stated = [
        {"key": one.key, "zh": one.title_zh, "en": one.title_en, "pages": [[page.key, page.is_hidden] for page in one.pages]}
        for one in groups
    ]
    return json.dumps(stated, ensure_ascii=False)


def _read(text: str) -> tuple[ArrangedMenuGroup, ...]:
    return tuple(
        ArrangedMenuGroup(
            one["key"], one["zh"], one["en"], tuple(ArrangedPage(key, is_hidden) for key, is_hidden in one["pages"])
        )
        for one in json.loads(text)
    )
