"""`make demo` tells its story to the end, with every number as it must be."""

from pathlib import Path

import pytest

from tests.journeys.demo import tell


@pytest.mark.journey
@pytest.mark.law(1)
@pytest.mark.law(5)
@pytest.mark.law(6)
async def test_the_story_comes_out_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    await tell(tmp_path / "demo", stay=False)
    assert "Every visitor, every ticket and every fen is accounted for." in capsys.readouterr().out
