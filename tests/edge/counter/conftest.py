"""A counter before a served central, running, with a page that is paired."""

from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp.test_utils import TestServer

from tests.builders.agent import an_office
from tests.builders.counter import CounterRig


@pytest.fixture
async def rig(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[CounterRig]:
    monkeypatch.setattr("edge.devices.drivers.escpos_printer.LOOK_PERIOD_S", 0.1)
    monkeypatch.setattr("edge.devices.drivers.id_card_reader.LOOK_PERIOD_S", 0.02)
    office = an_office()
    async with TestServer(office.app()) as server, aiohttp.ClientSession() as client:
        rig = CounterRig(tmp_path, office, str(server.make_url("")).rstrip("/"), client)
        await rig.plug()
        await rig.start()
        yield rig
        await rig.stop()
        await rig.unplug()


@pytest.fixture
async def token(rig: CounterRig) -> str:
    return await rig.paired()
