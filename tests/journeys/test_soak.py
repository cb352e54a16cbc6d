"""A small soak: real kills and faults, nothing lost or doubled. `make soak N=...` runs N rounds."""

from pathlib import Path

import pytest

from tests.journeys.soak import soak

pytestmark = pytest.mark.real_time

ROUNDS = 2
SEED = 20_261_123


@pytest.mark.journey
@pytest.mark.law(1)
@pytest.mark.law(2)
@pytest.mark.law(5)
async def test_kills_and_faults_lose_and_double_nothing(tmp_path: Path) -> None:
    await soak(tmp_path / "soak", ROUNDS, SEED)
