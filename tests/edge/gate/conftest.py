"""A served lane, for every test of it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.builders.feed import FeedSimulator
from tests.builders.gate import GateRig
from tests.builders.gate_lane import EXIT_POINT, GROUP, NAMED, ONE, TWO, VOIDED, LaneRig, attended, lane_tables


@pytest.fixture
async def gate(tmp_path: Path) -> AsyncIterator[GateRig]:
    gate = GateRig(tmp_path, FeedSimulator(lane_tables()), exits=frozenset({EXIT_POINT}))
    await gate.publish(ONE, TWO, VOIDED, GROUP, NAMED)
    yield gate
    gate.close()


@pytest.fixture
async def rig(gate: GateRig) -> AsyncIterator[LaneRig]:
    async with attended(LaneRig(gate)) as rig:
        yield rig
