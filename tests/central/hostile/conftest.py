"""One served central for a module: what one hostile caller left behind must not hurt the next either."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.builders.central import HandClock
from tests.builders.served import Central, running_central


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database; empty for the embedded one."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("postgresql_server").empty_url())


@pytest.fixture(scope="module")
def share(url: str) -> int:
    """Of how many values each field meets one: all in a thorough run, the fewest where only the database differs."""
    if os.environ.get("PAIFANG_HYPOTHESIS") == "thorough":
        return 1
    return 20 if url else 7


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def central(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Central]:
    """A central with a site, a ticket type, a check point, a sold ticket, and a seller."""
    async with running_central(tmp_path_factory.mktemp("hostile"), HandClock(), url) as served:
        site = await served.add_site()
        adult = await served.add_type(site)
        await served.add_check_point([adult], site)
        await served.sell(adult)
        role = await served.api("POST", "/roles", {"name": "售票员", "permissions": ["sales.sell"]})
        await served.api("POST", "/users", {"name": "li", "role_ids": [role["role_id"]]})
        yield served
