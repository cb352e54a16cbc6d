"""A town with both institutions in virtual time, and the merchant's clients."""

from collections.abc import AsyncIterator

import pytest

from tests.builders.institutions import AlipayClient, Town, WeChatClient, town


@pytest.fixture
async def there() -> AsyncIterator[Town]:
    async with town() as opened:
        yield opened


@pytest.fixture
def wechat(there: Town) -> WeChatClient:
    return WeChatClient(there)


@pytest.fixture
def alipay(there: Town) -> AlipayClient:
    return AlipayClient(there)
