"""An agent before a served central, not started yet."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer

from tests.builders.agent import Rig, an_office


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    office = an_office()
    async with TestServer(office.app()) as server:
        rig = Rig(tmp_path, office, str(server.make_url("")).rstrip("/"))
        yield rig
        await rig.stop()
