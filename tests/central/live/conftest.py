"""A served central with one site, and the other process over its database."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from central.live import bearers
from tests.builders.central import HandClock
from tests.builders.served import Central, running_central


@pytest.fixture
async def central(tmp_path: Path, clock: HandClock, store_url: str) -> AsyncIterator[Central]:
    async with running_central(tmp_path / "central", clock, store_url) as served:
        await served.add_site()
        yield served


@pytest.fixture
async def other(central: Central, clock: HandClock) -> AsyncIterator[Central]:
    """The other process over the same database; the embedded one has room for one, which then plays both parts."""
    if central.database_url.startswith("sqlite"):
        yield central
        return
    async with running_central(Path(central.folder), clock, central.database_url) as served:
        yield served


@pytest.fixture(autouse=True)
def _looked_up_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let rights be looked up again at once: a test that waits for it waits for nothing else."""
    monkeypatch.setattr(bearers, "LOOK_AGAIN_S", 0.1)


@pytest.fixture
async def adult(central: Central) -> int:
    """A type of ticket for one entry."""
    return await central.add_type()
