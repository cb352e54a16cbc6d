"""The import contracts of pyproject.toml: each holds, and each breaks where this test plants a forbidden line.

The plants are in every kind of place: a route, a rule, a service, a job, a driver, a gate module, a simulator, a future screen.
The test runs a contract once over all its plants, and the contract must name each of them.
"""

import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.architecture.tree import PACKAGES, ROOT, named, python_files


@dataclass(frozen=True, slots=True)
class Plant:
    """A line that a folder must not contain: a planted module there holds it. An empty line plants a stray module."""

    contract: str
    folder: str
    line: str

    @property
    def imported(self) -> str:
        """Return the module that the line imports, by the first name of a foreign package."""
        name = self.line.removeprefix("import ")
        return name if name.partition(".")[0] in PACKAGES else name.partition(".")[0]


PLANTS = [
    Plant(*columns)
    for columns in (
        # The sides
        ("sides", "edge/sync", "import central.web"),
        ("sides", "central/sync", "import edge.gate.lane"),
        ("sides", "central/refunds/routes", "import edge.status"),
        ("sides", "hardware_sims", "import edge.devices.ports"),
        ("sides", "hardware_sims/payment_institutions", "import central.payments.methods"),
        ("sides", "protocol/sync", "import edge.settings"),
        # The protocol
        ("protocol", "protocol/tickets", "import protocol.admission.decide"),
        ("protocol", "protocol/journal", "import protocol.feed.trust"),
        ("protocol", "protocol", ""),
        # The edge
        ("edge", "edge/cache", "import edge.gate.lane"),
        ("edge", "edge/gate", "import edge.sync.schedule"),
        ("edge", "edge/counter", "import edge.gate.lane"),
        ("edge", "edge/counter", "import edge.agent"),
        ("edge", "edge/screens", "import edge.status"),
        ("edge", "edge/screens/kiosk", "import edge.journal.journal"),
        ("edge", "edge/screens/display", "import edge.gate.lane"),
        ("edge", "edge", ""),
        ("drivers", "edge/devices/framing", "import edge.devices.drivers"),
        ("drivers", "edge/devices/transports", "import edge.devices.framing"),
        ("drivers", "edge/devices/drivers", "import edge.devices.registry"),
        ("drivers", "edge/devices", ""),
        ("ports", "edge/gate", "import edge.devices.drivers.modbus_turnstile"),
        ("ports", "edge/gate", "import edge.devices.driver_api"),
        ("ports", "edge/counter", "import edge.devices.drivers.escpos_printer"),
        # The order of the office
        ("central", "central/store", "import central.sales.service"),
        ("central", "central/catalog", "import central.sales.service"),
        ("central", "central/payments", "import central.issuing.service"),
        ("central", "central/refunds/rules", "import central.agencies.rules.contracts"),
        ("central", "central/domain", "import central.web.calls"),
        ("central", "central", ""),
        # Pure modules
        ("pure", "protocol/feed", "import time"),
        ("pure", "protocol/admission", "import os"),
        ("pure", "edge/devices/framing", "import asyncio"),
        ("pure", "central/refunds/rules", "import time"),
        ("pure", "central/refunds/rules", "import os"),
        ("pure", "central/catalog/rules", "import sqlalchemy"),
        ("pure", "central/sync/rules", "import random"),
        ("pure", "central/payments/rules", "import central.payments.ledger"),
        ("domain", "central/domain", "import aiohttp"),
        ("domain", "central/domain", "import http"),
        ("domain", "central/domain", "import sqlmodel"),
        # Readers of settings
        ("settings", "edge/gate", "import edge.settings"),
        ("settings", "edge/counter", "import edge.settings"),
        ("settings", "central/sales", "import central.settings"),
        ("settings", "central/jobs", "import central.settings"),
        # Places of HTTP
        ("web", "central/refunds", "import aiohttp"),
        ("web", "central/sales", "import central.web.access"),
        ("web", "central/sales/rules", "import central.web.problem_documents"),
        ("web", "central/jobs", "import aiohttp"),
        ("web", "central/jobs", "import central.web.calls"),
        ("web", "edge/gate", "import aiohttp"),
        ("web", "edge/counter", "import aiohttp"),
        ("web", "edge/devices/drivers", "import aiohttp"),
        ("doors", "central/sales", "import central.catalog.routes"),
        ("doors", "central/agencies", "import central.refunds.routes.refunds"),
        ("doors", "central/jobs", "import central.refunds.routes"),
        ("doors", "central/reports/rules", "import central.reports.routes.lists"),
        # Modules that name tables
        ("routes", "central/sales/routes", "import central.store.unit_of_work"),
        ("routes", "central/refunds/routes", "import sqlmodel"),
        ("routes", "central/agencies/routes", "import sqlalchemy"),
        ("tables-people", "central/refunds", "import central.store.tables.people"),
        ("tables-tickets", "central/catalog", "import central.store.tables.tickets"),
        ("tables-money", "central/jobs", "import central.store.tables.money"),
        ("tables-journals", "central/sales", "import central.store.tables.journals"),
    )
]
BY_CONTRACT: dict[str, list[Plant]] = defaultdict(list)
for _plant in PLANTS:
    BY_CONTRACT[_plant.contract].append(_plant)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


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
    ]
    return subprocess.run([*command, *chosen], cwd=directory, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """import-linter's cache of unchanged files."""
    return tmp_path_factory.mktemp("import-cache")


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the packages' sources, for the plants."""
    directory = tmp_path_factory.mktemp("copy")
    shutil.copy(ROOT / "pyproject.toml", directory)
    for path in python_files(*PACKAGES):
        target = directory / named(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return directory


@pytest.fixture
def planted(copy: Path, contract: str) -> Iterator[dict[str, Plant]]:
    """All plants of a contract, by the names of the modules that hold them."""
    by_module, made = {}, []
    for number, plant in enumerate(BY_CONTRACT[contract]):
        folder = copy / plant.folder
        made += [one for one in (folder, *folder.parents) if not one.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for package in (one for one in made if one.is_dir()):
            (package / "__init__.py").touch()
        path = folder / f"planted_{number}.py"
        path.write_text(f"{plant.line}\n", encoding="utf-8")
        made.append(path)
        by_module[f"{plant.folder.replace('/', '.')}.planted_{number}"] = plant
    yield by_module
    for path in reversed(made):
        shutil.rmtree(path, ignore_errors=True)
        path.unlink(missing_ok=True)


def test_every_contract_holds(cache: Path) -> None:
    checked = lint(ROOT, cache)
    assert checked.returncode == 0, checked.stdout


def named_in(report: str, module: str, plant: Plant) -> bool:
    """Whether a report blames a plant: an import by importer and imported, a stray module by its name."""
    plain = " ".join(report.split())
    return f"{module} -> {plant.imported}" in plain if plant.line else module.rpartition(".")[2] in plain


@pytest.mark.parametrize("contract", BY_CONTRACT)
def test_each_planted_import_breaks_its_contract(copy: Path, cache: Path, contract: str, planted: dict[str, Plant]) -> None:
    checked = lint(copy, cache, contract)
    assert checked.returncode != 0, checked.stdout
    assert "BROKEN" in checked.stdout
    unseen = {module: plant for module, plant in planted.items() if not named_in(checked.stdout, module, plant)}
    assert unseen == {}, checked.stdout


def test_every_contract_has_a_plant() -> None:
    """The contracts of tables are alike: four of them are tested for all."""
    contracts = {str(contract["id"]) for contract in CONTRACTS}
    assert {one for one in contracts if not one.startswith("tables-")} <= set(BY_CONTRACT) <= contracts


def test_each_module_of_tables_has_a_contract() -> None:
    tables = {path.stem for path in (ROOT / "central/store/tables").glob("*.py")} - {"__init__", "metadata"}
    assert {f"tables-{one}" for one in tables} == {one["id"] for one in CONTRACTS if one["id"].startswith("tables-")}


def test_no_contract_lists_modules_by_hand() -> None:
    """A contract names places: packages, or patterns. A new module in a place is under its contract at once."""
    listed = [
        (contract["id"], module)
        for contract in CONTRACTS
        for module in (*contract.get("source_modules", ()), *contract.get("containers", ()))
        if "*" not in module and not (ROOT / module.replace(".", "/")).is_dir()
    ]
    assert listed == []
