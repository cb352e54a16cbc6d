"""The import contracts of pyproject.toml: each holds, and each breaks when somebody plants what it forbids."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, named, python_files

PLANTS = [
    ("sides", "edge/sync/planted.py", "import central.web"),
    ("sides", "central/sync/planted.py", "from edge.gate import lane"),
    ("sides", "hardware_sims/planted.py", "import edge.devices.ports"),
    ("sides", "protocol/sync/planted.py", "import edge.settings"),
    ("protocol", "protocol/tickets/planted.py", "import protocol.admission.decide"),
    ("protocol", "protocol/journal/planted.py", "import protocol.feed.trust"),
    ("protocol", "protocol/stray.py", ""),
    ("edge", "edge/cache/planted.py", "import edge.gate.lane"),
    ("edge", "edge/gate/planted.py", "import edge.sync.schedule"),
    ("edge", "edge/stray.py", ""),
    ("drivers", "edge/devices/framing/planted.py", "import edge.devices.drivers"),
    ("drivers", "edge/devices/transports/planted.py", "import edge.devices.framing"),
    ("ports", "edge/gate/planted.py", "import edge.devices.drivers.modbus_turnstile"),
    ("central", "central/store/planted.py", "import central.sales.service"),
    ("central", "central/catalog/planted.py", "import central.sales.service"),
    ("central", "central/payments/planted.py", "import central.issuing.service"),
    ("central", "central/stray.py", ""),
    ("pure", "protocol/feed/planted.py", "import time"),
    ("pure", "protocol/admission/planted.py", "import os"),
    ("pure", "edge/devices/framing/planted.py", "import asyncio"),
    ("pure", "central/catalog/policy.py", "import sqlalchemy"),
    ("settings", "edge/gate/planted.py", "import edge.settings"),
    ("settings", "central/sales/planted.py", "import central.settings"),
    ("services", "central/sales/service.py", "import aiohttp"),
    ("routes", "central/sales/routes.py", "import central.store.unit_of_work"),
    ("routes", "central/sales/routes.py", "import sqlmodel"),
]


def lint(directory: Path, cache: Path, contract: str | None = None) -> subprocess.CompletedProcess[str]:
    chosen = [] if contract is None else ["--contract", contract]
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [
        sys.executable,
        "-c",
        program,
        "--cache-dir",
        str(cache),
        "--no-logo",
        "--config",
        str(directory / "pyproject.toml"),
        *chosen,
    ]
    return subprocess.run(command, cwd=directory, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What import-linter remembers of files that did not change."""
    return tmp_path_factory.mktemp("import-cache")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages' sources, to plant in."""
    directory = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", directory)
    for path in python_files(*PACKAGES):
        target = directory / named(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return directory


def test_every_contract_holds(cache: Path) -> None:
    checked = lint(ROOT, cache)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(("contract", "path", "line"), PLANTS)
def test_a_planted_import_breaks_its_contract(copy: Path, cache: Path, contract: str, path: str, line: str) -> None:
    planted = copy / path
    before = planted.read_text(encoding="utf-8") if planted.exists() else None
    planted.write_text(f"{before or ''}\n{line}\n", encoding="utf-8")
    checked = lint(copy, cache, contract)
    if before is None:
        planted.unlink()
    else:
        planted.write_text(before, encoding="utf-8")
    assert checked.returncode != 0, checked.stdout
    assert "BROKEN" in checked.stdout
