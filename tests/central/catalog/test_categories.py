"""Categories of ticket types: a tree that stays a tree; a category in use cannot be deleted."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient

from central.catalog.categories import MOST_LEVELS, Category, CategoryWish
from central.domain.problems import Problem, ProblemCode
from central.identity.permissions import Permission
from protocol.identifiers import TicketTypeId
from tests.builders.office import Office, sign_in

Shape = list[tuple[str, list[int], "Shape"]]


async def add(office: Office, name: str, parent: int | None = None, position: int = 0) -> int:
    wish = CategoryWish(name, name, parent, position)
    return (await office.categories.add(wish, office.seller, office.clock())).category_id


async def move(office: Office, number: int, name: str, parent: int | None) -> Category:
    return await office.categories.change(number, CategoryWish(name, name, parent, 0), office.seller, office.clock())


def shape(branch: tuple[Category, ...]) -> Shape:
    return [(one.wish.name_en, list(one.types), shape(one.children)) for one in branch]


async def test_categories_are_listed_as_a_tree_with_their_types(office: Office) -> None:
    park, show = await add(office, "park", position=2), await add(office, "show", position=1)
    adult = await add(office, "adult", park)
    one = await office.ticket_type()
    await office.categories.put_type(one.type_id, adult, office.seller, office.clock())
    assert shape(await office.categories.tree()) == [("show", [], []), ("park", [], [("adult", [1], [])])]
    moved = await move(office, park, "parks", show)
    assert shape((moved,)) == [("parks", [], [("adult", [1], [])])]
    assert shape(await office.categories.tree()) == [("show", [], [("parks", [], [("adult", [1], [])])])]


async def test_a_category_in_which_something_is_stays(office: Office) -> None:
    park = await add(office, "park")
    adult = await add(office, "adult", park)
    one = await office.ticket_type()
    await office.categories.put_type(one.type_id, adult, office.seller, office.clock())
    for number, said in ((park, "other categories"), (adult, "1 ticket types")):
        with pytest.raises(Problem, match=said) as problem:
            await office.categories.delete(number, office.seller, office.clock())
        assert problem.value.code is ProblemCode.CONFLICT
    await office.categories.put_type(one.type_id, None, office.seller, office.clock())
    for number in (adult, park):
        await office.categories.delete(number, office.seller, office.clock())
    assert await office.categories.tree() == ()


async def test_a_category_never_stands_under_itself(office: Office) -> None:
    park = await add(office, "park")
    adult = await add(office, "adult", park)
    for parent in (park, adult):
        with pytest.raises(Problem, match="under itself"):
            await move(office, park, "park", parent)


async def test_two_that_are_moved_at_once_do_not_stand_under_each_other(office: Office) -> None:
    first, second = await add(office, "first"), await add(office, "second")
    moves = (move(office, first, "first", second), move(office, second, "second", first))
    outcomes = await asyncio.gather(*moves, return_exceptions=True)
    assert sorted(isinstance(one, Problem) for one in outcomes) == [False, True]
    assert len(await office.categories.tree()) == 1


async def test_a_tree_has_a_bounded_depth_however_it_is_put_together(office: Office) -> None:
    deepest: int | None = None
    for level in range(MOST_LEVELS):
        deepest = await add(office, f"level {level}", deepest)
    with pytest.raises(Problem, match=f"at most {MOST_LEVELS} deep"):
        await add(office, "one more", deepest)
    other = await add(office, "other")
    with pytest.raises(Problem, match=f"at most {MOST_LEVELS} deep"):
        await move(office, 1, "level 0", other)


async def test_what_is_not_there_is_said(office: Office) -> None:
    one = await office.ticket_type()
    for refused in (
        move(office, 9, "x", None),
        office.categories.delete(9, office.seller, office.clock()),
        office.categories.put_type(one.type_id, 9, office.seller, office.clock()),
        office.categories.put_type(TicketTypeId(9), None, office.seller, office.clock()),
    ):
        with pytest.raises(Problem) as problem:
            await refused
        assert problem.value.code is ProblemCode.NOT_FOUND
    with pytest.raises(Problem, match="no category 9"):
        await add(office, "x", 9)


async def test_a_refusal_is_said_in_the_readers_language_with_its_code(
    office: Office, client: TestClient[web.Request, web.Application]
) -> None:
    headers = await sign_in(client, office, Permission.CATALOG_EDIT)
    body = {"name_zh": "夜游", "name_en": "Night", "parent_id": 9, "position": 0}
    said = {"code": "no_category", "parameters": {"category_id": 9}}
    for language, words in (("zh-CN", "没有编号为 9 的票类"), ("en", "there is no category 9")):
        sent = {**headers, "Idempotency-Key": f"key-00-{language}", "Accept-Language": language}
        refused = await (await client.post("/api/v1/categories", json=body, headers=sent)).json()
        assert (refused["detail"], refused["detail_code"], refused["parameters"]) == (words, *said.values())
        assert refused["errors"] == [{"field": "parent_id", "message": words, **said}]
