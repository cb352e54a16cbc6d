"""One served central for a module: what one hostile caller left behind must not harm the next call either."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.builders.central import DATABASE_FILE, HandClock
from tests.builders.sampling import EVERYTHING
from tests.builders.served import Central, running_central

# Each operation gets one of so many attacks, and at least one of each kind; fewer where only the database differs.
SHARE_OF_SQLITE, SHARE_OF_POSTGRESQL = 90, 400


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with all tables, empty; no URL for the embedded one."""
    if request.param == "sqlite":
        return ""
    return str(request.getfixturevalue("postgresql_server").migrated_url())


@pytest.fixture(scope="module")
def share(url: str, is_sweep: bool) -> int:  # noqa: FBT001 - a fixture
    """Return how many attacks on an operation there are for each one that is made."""
    if is_sweep:
        return EVERYTHING
    return SHARE_OF_POSTGRESQL if url else SHARE_OF_SQLITE


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def central(url: str, migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Central]:
    """A central with a site, a ticket type, a check point, a sold ticket, and a seller."""
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copy(migrated_file, folder / DATABASE_FILE)
    async with running_central(folder, HandClock(), url) as served:
        site = await served.add_site()
        adult = await served.add_type(site)
        await served.add_check_point([adult], site)
        await served.sell(adult)
        role = await served.api("POST", "/roles", {"name": "售票员", "permissions": ["sales.sell"]})
        await served.api("POST", "/users", {"name": "li", "role_ids": [role["role_id"]]})
        yield served
