"""A served central with one site."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.central import HandClock
from tests.builders.served import Central, running_central


@pytest.fixture
async def central(tmp_path: Path, clock: HandClock, database_url: str) -> AsyncIterator[Central]:
    folder = tmp_path / "central"
    url = "" if database_url.startswith("sqlite") else database_url
    async with running_central(folder, clock, url) as served:
        await served.add_site()
        yield served
