"""The test runs every command in README unchanged, and each does what README says."""

import os
import re
import subprocess
from functools import cache

import pytest

from tests.journeys.processes import ROOT

pytestmark = pytest.mark.real_time

# This run is that command: CI calls it, and it cannot call itself.
THIS_RUN = "make test"
DEMO = "make demo"
DEMO_LIMIT_S = 300


@cache
def commands() -> tuple[str, ...]:
    """Return the lines of README's shell blocks."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    return tuple(line for block in re.findall(r"```sh\n(.*?)```", readme, re.DOTALL) for line in block.splitlines() if line)


def test_readme_names_the_two_commands_and_no_other() -> None:
    assert commands() == (DEMO, THIS_RUN)


@pytest.mark.parametrize(
    "target", sorted({"demo", "test", *re.findall(r"`make (\w+)", (ROOT / "README.md").read_text(encoding="utf-8"))})
)
def test_every_target_that_readme_names_is_there(target: str) -> None:
    planned = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
    assert planned.returncode == 0, planned.stderr


@pytest.mark.journey
@pytest.mark.law(1)
@pytest.mark.law(5)
@pytest.mark.law(6)
def test_make_demo_tells_the_story_and_every_number_is_right() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PAIFANG_")}
    told = subprocess.run(
        ["make", "demo"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=DEMO_LIMIT_S, check=False
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "Every visitor, every ticket and every fen is accounted for." in told.stdout
