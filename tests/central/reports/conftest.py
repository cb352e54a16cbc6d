"""An office that has traded."""

import pytest

from tests.builders.office import Office
from tests.builders.trade import Sellers, Trade, two_days


@pytest.fixture
async def trade(office: Office) -> Trade:
    return await Trade(office).open()


@pytest.fixture
async def sellers(trade: Trade) -> Sellers:
    return await two_days(trade)
