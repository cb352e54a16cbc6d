"""The merchant as which an institution knows us: it stays until all its payments have ended; its keys change at any time."""

import pytest

from central.domain.principal import DataScope, Principal
from central.domain.problems import Problem, ProblemCode
from central.parameters.groups import ParameterGroupName
from central.parameters.service import Change
from central.payments.institution import RefundProcessing
from central.payments.messages import METHODS
from central.payments.methods import Method
from central.payments.refund_split import Returning
from central.payments.service import Start
from protocol.identifiers import SiteId
from tests.builders.merchant import alipay_values, wechat_values
from tests.builders.office import Office, once

CODE = "134567890123456789"
BOSS = Principal(1, "seller", frozenset(), must_change_password=False, scope=DataScope.ALL)
OTHER = {"mchid": "1900000999"}


@pytest.fixture
async def shop(office: Office) -> Office:
    """An office with the parameters of both institutions."""
    for group, values in (
        (ParameterGroupName.PAYMENT_WECHAT, wechat_values()),
        (ParameterGroupName.PAYMENT_ALIPAY, alipay_values()),
    ):
        await office.parameters.change(Change(group, 0, values), BOSS, office.clock())
    return office


async def _change(shop: Office, **values: str) -> int:
    changed = Change(ParameterGroupName.PAYMENT_WECHAT, 1, wechat_values() | values)
    return (await shop.parameters.change(changed, BOSS, shop.clock())).version


async def _paid(shop: Office, auth_code: str | None) -> int:
    order_id = (await shop.hold(await shop.ticket_type())).order_id
    await shop.payments.start(Start(order_id, Method.WECHAT, auth_code, shop.seller), once("start-01"), shop.clock())
    return order_id


def test_each_method_has_words() -> None:
    assert set(METHODS) == set(Method)


async def test_a_merchant_without_open_payments_may_be_changed(shop: Office) -> None:
    await _paid(shop, CODE)
    assert await _change(shop, **OTHER) == 2


async def test_a_payment_without_an_end_keeps_its_merchant_and_not_its_keys(shop: Office) -> None:
    await _paid(shop, None)
    with pytest.raises(Problem) as problem:
        await _change(shop, **OTHER)
    assert problem.value.code is ProblemCode.MERCHANT_IN_USE
    assert await _change(shop, api_v3_key="f" * 32) == 2
    other = Change(ParameterGroupName.PAYMENT_ALIPAY, 1, alipay_values() | {"seller_id": "2088000000000009"})
    assert (await shop.parameters.change(other, BOSS, shop.clock())).version == 2


async def test_a_refund_without_an_end_keeps_its_merchant(shop: Office) -> None:
    order_id = await _paid(shop, CODE)
    shop.bank.refund_answers.append(RefundProcessing("5030", shop.clock()))
    async with shop.store.transaction() as work:
        await shop.payments.give_back(work, Returning(order_id, SiteId(1), 8000, None, shop.seller), shop.clock())
    await shop.payments.refunds.follow()
    with pytest.raises(Problem) as problem:
        await _change(shop, **OTHER)
    assert problem.value.code is ProblemCode.MERCHANT_IN_USE
    shop.clock.advance(seconds=61)
    await shop.payments.refunds.follow()
    assert await _change(shop, **OTHER) == 2
