"""An agency that buys."""

import pytest

from tests.builders.agency import AgencyDesk
from tests.builders.office import Office


@pytest.fixture
async def desk(office: Office) -> AgencyDesk:
    """An agency with a contract price, and the types that it buys."""
    return await AgencyDesk(office).open()
