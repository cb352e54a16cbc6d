"""Suspended carts (挂单): set aside under a name, recalled only by their seller, deleted in time; they hold no places."""

import pytest
from sqlmodel import select

from central.domain.problems import Problem, ProblemCode
from central.sales.carts import KEPT_S, MOST_CARTS, Cart, Draft
from central.store.tables.carts import SuspendedCartRow
from protocol.identifiers import SiteId
from tests.builders.office import Office, once

STATED = '{"lines": [{"holders": [{"number": "990101199003074518"}]}]}'


async def _suspended(office: Office, key: str = "cart-0001", by: int = 0, site: int = 1) -> Cart:
    draft = Draft(SiteId(site), f"穿红衣的 {key}", 3, STATED)
    return await office.carts.suspend(draft, once(key), by or office.seller, office.clock())


async def _refused(asked: object, code: ProblemCode) -> None:
    with pytest.raises(Problem) as problem:
        await asked  # type: ignore[misc]  # a coroutine
    assert problem.value.code is code


async def _stored(office: Office) -> list[SuspendedCartRow]:
    async with office.store.reading() as work:
        return list((await work.session.exec(select(SuspendedCartRow))).all())


async def test_a_cart_is_listed_recalled_and_dropped(office: Office) -> None:
    first, second = await _suspended(office), await _suspended(office, "cart-0002")
    assert (await _suspended(office)).cart_id == first.cart_id
    assert await office.carts.carts(office.seller, office.clock()) == (second, first)
    for _ in range(2):
        assert (await office.carts.recall(first.cart_id, office.seller, office.clock())).draft.stated == STATED
    assert await office.carts.carts(office.seller, office.clock()) == (second,)
    await office.carts.drop(first.cart_id, office.seller, office.clock())
    await _refused(office.carts.recall(first.cart_id, office.seller, office.clock()), ProblemCode.NOT_FOUND)
    assert [row.id for row in await _stored(office)] == [second.cart_id]


@pytest.mark.law(9)
async def test_what_a_cart_says_of_visitors_is_sealed_and_its_sellers_alone(office: Office) -> None:
    cart = await _suspended(office)
    (row,) = await _stored(office)
    assert b"990101" not in row.cart_sealed
    await office.add_person("other")
    await _refused(office.carts.recall(cart.cart_id, 2, office.clock()), ProblemCode.NOT_FOUND)
    await _refused(office.carts.drop(cart.cart_id, 2, office.clock()), ProblemCode.NOT_FOUND)
    assert await office.carts.carts(2, office.clock()) == ()


@pytest.mark.law(9)
async def test_a_cart_is_forgotten_at_the_end_of_the_shift(office: Office) -> None:
    cart = await _suspended(office)
    office.clock.advance(seconds=KEPT_S - 1)
    later = await _suspended(office, "cart-0002")
    assert await office.carts.expire(office.clock()) == 0
    office.clock.advance(seconds=1)
    await _refused(office.carts.recall(cart.cart_id, office.seller, office.clock()), ProblemCode.NOT_FOUND)
    assert await office.carts.expire(office.clock()) == 1
    assert [row.id for row in await _stored(office)] == [later.cart_id]


async def test_a_seller_has_so_many_carts_and_none_of_a_site_that_is_not_there(office: Office) -> None:
    await _refused(_suspended(office, site=9), ProblemCode.NOT_FOUND)
    for number in range(MOST_CARTS):
        await _suspended(office, f"cart-{number:04}")
    await _refused(_suspended(office, "cart-more"), ProblemCode.CONFLICT)
