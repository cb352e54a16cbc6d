"""Categories of ticket types (票据分类): a tree in which types are found.

Laws: a category never stands under itself; a category that holds types or other categories is not deleted; every change is
audited.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, func, select

from central.audit import service as audit
from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.catalog.messages import (
    CATEGORIES_FULL,
    CATEGORIES_TOO_DEEP,
    CATEGORY_HAS_CATEGORIES,
    CATEGORY_HAS_TYPES,
    CATEGORY_UNDER_ITSELF,
    NO_CATEGORY,
)
from central.catalog.service import subject_of, type_claimed
from central.domain.problems import Problem, ProblemCode, wrong_field
from central.domain.saying import Said
from central.store.tables.catalog import CategoryRow, TicketTypeRow
from central.store.unit_of_work import Store, Work
from protocol.identifiers import TicketTypeId
from protocol.instants import Instant

MOST_CATEGORIES = 1_000
MOST_LEVELS = 8


@dataclass(frozen=True, slots=True)
class CategoryWish:
    """What people set of a category; siblings stand by `position`, then by number. `parent` None: at the top."""

    name_zh: str
    name_en: str
    parent: int | None
    position: int


@dataclass(frozen=True, slots=True)
class Category:
    """A category with the categories under it, and the types that are in it itself."""

    category_id: int
    wish: CategoryWish
    types: tuple[TicketTypeId, ...]
    children: tuple["Category", ...]


class Categories:
    """The tree of categories."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def tree(self) -> tuple[Category, ...]:
        """Return the categories at the top, each with all categories under it."""
        async with self._store.reading() as work:
            rows = (await work.session.exec(select(CategoryRow).order_by(col(CategoryRow.position), col(CategoryRow.id)))).all()
            in_category = select(TicketTypeRow.id, TicketTypeRow.category_id).where(col(TicketTypeRow.category_id).is_not(None))
            placed = (await work.session.exec(in_category.order_by(col(TicketTypeRow.id)))).all()
        types: dict[int, list[TicketTypeId]] = {}
        for type_id, category_id in placed:
            types.setdefault(category_id or 0, []).append(TicketTypeId(type_id))
        children: dict[int | None, list[CategoryRow]] = {}
        for row in rows:
            children.setdefault(row.parent_id, []).append(row)
        return _branch(None, children, types)

    async def add(self, wish: CategoryWish, by: int, now: Instant) -> Category:
        """Add a category; Problem where its parent does not exist, or there are too many."""
        async with self._store.transaction() as work:
            parents = await _parents(work)
            if len(parents) >= MOST_CATEGORIES:
                raise Problem(ProblemCode.CONFLICT, CATEGORIES_FULL.of(most=MOST_CATEGORIES))
            _require_place(parents, None, wish.parent)
            row = CategoryRow(name_zh=wish.name_zh, name_en=wish.name_en, parent_id=wish.parent, position=wish.position)
            work.session.add(row)
            await work.session.flush()
            audit.record(work, now, by, "category.add", f"category:{row.id}", changes=changes_between(None, wish))
        return Category(_number(row), wish, (), ())

    async def change(self, category_id: int, wish: CategoryWish, by: int, now: Instant, seen: int | None = None) -> Category:
        """Rename a category, or move it with all categories under it; Problem where it would stand under itself.

        Problem also where it was changed since version `seen`.
        """
        subject = f"category:{category_id}"
        async with self._store.transaction() as work:
            # All rows are locked: two moves at once could otherwise put each category under the other.
            parents = await _parents(work)
            if category_id not in parents:
                raise _not_there(category_id)
            await versions.claim(work, subject, seen)
            _require_place(parents, category_id, wish.parent)
            row = await work.session.get_one(CategoryRow, category_id)
            edit = Edit(subject, "category.change", changes_between(_wish(row), wish))
            row.name_zh, row.name_en, row.parent_id, row.position = wish.name_zh, wish.name_en, wish.parent, wish.position
            work.session.add(row)
            await versions.record(work, now, by, edit)
        return _found(await self.tree(), category_id)

    async def delete(self, category_id: int, by: int, now: Instant) -> None:
        """Delete a category that is empty; else Problem."""
        async with self._store.transaction() as work:
            parents = await _parents(work)
            if category_id not in parents:
                raise _not_there(category_id)
            if category_id in parents.values():
                raise Problem(ProblemCode.CONFLICT, CATEGORY_HAS_CATEGORIES.of())
            query = select(func.count()).select_from(TicketTypeRow).where(TicketTypeRow.category_id == category_id)
            if types := (await work.session.exec(query)).one():
                raise Problem(ProblemCode.CONFLICT, CATEGORY_HAS_TYPES.of(types=types))
            row = await work.session.get_one(CategoryRow, category_id)
            await work.session.delete(row)
            audit.record(work, now, by, "category.delete", f"category:{category_id}", changes=changes_between(_wish(row), None))

    async def put_type(
        self, type_id: TicketTypeId, category_id: int | None, by: int, now: Instant, seen: int | None = None
    ) -> None:
        """Put a type into a category, or into none; Problem where either does not exist, or the type was changed meanwhile."""
        async with self._store.transaction() as work:
            row = await type_claimed(work, type_id, seen)
            if category_id is not None and await work.session.get(CategoryRow, category_id, with_for_update=True) is None:
                raise _not_there(category_id)
            changes = changes_between({"category_id": row.category_id}, {"category_id": category_id})
            row.category_id = category_id
            work.session.add(row)
            await versions.record(work, now, by, Edit(subject_of(type_id), "ticket-type.category", changes))


def _branch(
    parent: int | None, children: Mapping[int | None, list[CategoryRow]], types: Mapping[int, list[TicketTypeId]]
) -> tuple[Category, ...]:
    return tuple(
        Category(
            category_id=_number(row),
            wish=_wish(row),
            types=tuple(types.get(_number(row), ())),
            children=_branch(_number(row), children, types),
        )
        for row in children.get(parent, ())
    )


def _wish(row: CategoryRow) -> CategoryWish:
    return CategoryWish(row.name_zh, row.name_en, row.parent_id, row.position)


def _found(branch: tuple[Category, ...], category_id: int) -> Category:
    waiting = list(branch)
    while waiting:
        one = waiting.pop()
        if one.category_id == category_id:
            return one
        waiting.extend(one.children)
    raise _not_there(category_id)


async def under(work: Work, category_id: int) -> frozenset[int]:
    """Return the numbers of a category and of all categories under it, however deep."""
    pairs = (await work.session.exec(select(CategoryRow.id, CategoryRow.parent_id))).all()
    level, found = {category_id}, {category_id}
    while level:
        level = {one for one, parent in pairs if one is not None and parent in level} - found
        found |= level
    return frozenset(found)


async def _parents(work: Work) -> dict[int, int | None]:
    """Return each category's parent, all rows locked."""
    rows = (await work.session.exec(select(CategoryRow).order_by(col(CategoryRow.id)).with_for_update())).all()
    return {_number(row): row.parent_id for row in rows}


def _require_place(parents: Mapping[int, int | None], own: int | None, parent: int | None) -> None:
    """Raise Problem unless a category may stand under that parent."""
    levels = _height(parents, own)
    while parent is not None:
        if parent not in parents:
            raise _misplaced(NO_CATEGORY.of(category_id=parent))
        if parent == own:
            raise _misplaced(CATEGORY_UNDER_ITSELF.of())
        levels, parent = levels + 1, parents[parent]
    if levels > MOST_LEVELS:
        raise _misplaced(CATEGORIES_TOO_DEEP.of(most=MOST_LEVELS))


def _height(parents: Mapping[int, int | None], own: int | None) -> int:
    """Return how many levels a category has, counting itself; a new category has one."""
    level, height = {own}, 0
    while level:
        height += 1
        level = {one for one, parent in parents.items() if parent is not None and parent in level}
    return height


def _misplaced(said: Said) -> Problem:
    return wrong_field(ProblemCode.CONFLICT, "parent_id", said)


def _not_there(category_id: int) -> Problem:
    return Problem(ProblemCode.NOT_FOUND, NO_CATEGORY.of(category_id=category_id))


def _number(row: CategoryRow) -> int:
    assert row.id is not None, "a stored category has its number"
    return row.id
