"""A served central with one site."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.central import DATABASE_FILE, HandClock
from tests.builders.served import Central, running_central


@pytest.fixture
def folder(tmp_path: Path, migrated_file: Path) -> Path:
    """The folder of a central whose database has all tables, empty."""
    folder = tmp_path / "central"
    folder.mkdir()
    shutil.copy(migrated_file, folder / DATABASE_FILE)
    return folder


@pytest.fixture
async def central(folder: Path, clock: HandClock) -> AsyncIterator[Central]:
    async with running_central(folder, clock) as served:
        await served.add_site()
        yield served
