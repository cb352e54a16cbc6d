"""A served central with one site."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.central import HandClock
from tests.builders.served import Central, running_central


@pytest.fixture
async def central(tmp_path: Path, clock: HandClock, store_url: str) -> AsyncIterator[Central]:
    async with running_central(tmp_path / "central", clock, store_url) as served:
        await served.add_site()
        yield served
