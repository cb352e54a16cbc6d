"""Which modules may read the clock, draw chance, catch everything, import a library, or say "pure". Each check has its plants."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache

import grimp
import pytest

from tests.architecture.tree import PACKAGES, ROOT, module_of, named, python_files

CLOCKS = {"time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.clock_gettime", "time.perf_counter"}
NOWS = {"now", "utcnow", "today"}
MAY_READ_CLOCKS = (
    "edge/assembly.py",
    "edge/__main__.py",
    "central/assembly.py",
    "central/__main__.py",
    "edge/devices/drivers/camera_process.py",  # a separate process, so it is its own assembly
    "hardware_sims/",  # a simulator is the outside world, where time passes by itself
)
MAY_CATCH_EVERYTHING = ("edge/devices/supervisor.py", "edge/gate/lane.py", "central/jobs/runner.py", "central/web/middleware.py")
ASSEMBLIES = ("/assembly.py", "/__main__.py")  # they name concrete classes, so they may import any library
_TELLING = (ast.Attribute, ast.ExceptHandler, ast.Import, ast.ImportFrom)
# One place of ours uses each library, so that replacing it is one change.
ONE_PLACE = {
    "apscheduler": ("central/jobs/",),
    "apsw": ("edge/cache/", "edge/journal/", "edge/trust/", "edge/sync/", "edge/counter/"),
    "serial": ("edge/devices/transports/", "hardware_sims/"),
    "usb": ("edge/devices/transports/", "hardware_sims/"),
    "cv2": ("edge/devices/", "hardware_sims/", "central/faces/drawing/"),
    "argon2": ("central/identity/", "edge/gate/supervision.py"),
    "alembic": ("central/store/",),
    "cbor2": ("protocol/cbor.py", "protocol/journal/entry_header.py"),
}


@cache
def telling_nodes(source: str) -> tuple[ast.AST, ...]:
    """Return the nodes of a module that the checks below look at: one walk for all, because walking is what takes long."""
    return tuple(node for node in ast.walk(ast.parse(source)) if isinstance(node, _TELLING))


def clock_reads(source: str) -> Iterator[str]:
    """Yield each reading of a clock: `time.time()`, `datetime.now()`, and functions imported from time by name."""
    for node in telling_nodes(source):
        if isinstance(node, ast.Attribute):
            text = ast.unparse(node)
            if text in CLOCKS or (node.attr in NOWS and text.split(".")[-2].lower() in {"datetime", "date"}):
                yield text
        if isinstance(node, ast.ImportFrom) and node.module == "time":
            yield from (f"time.{name.name}" for name in node.names if f"time.{name.name}" in CLOCKS)


def broad_catches(source: str) -> Iterator[int]:
    """Yield the lines of handlers for Exception, BaseException, or anything."""
    for node in telling_nodes(source):
        if isinstance(node, ast.ExceptHandler):
            caught = "BaseException" if node.type is None else ast.unparse(node.type)
            if {"Exception", "BaseException"} & set(caught.strip("()").replace(" ", "").split(",")):
                yield node.lineno


def imports_of(source: str) -> Iterator[str]:
    """Yield the top-level names of a module's imports, at any place in it."""
    for node in telling_nodes(source):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@cache
def imports_by_file() -> dict[str, frozenset[str]]:
    """Return what each file of the packages imports, by the file's name."""
    return {name: frozenset(imports_of(source)) for name, source in SOURCES}


SOURCES = [(named(path), path.read_text(encoding="utf-8")) for path in python_files(*PACKAGES)]


@pytest.mark.law(11)
def test_only_an_assembly_reads_the_clock() -> None:
    found = {name: reads for name, source in SOURCES if (reads := sorted(clock_reads(source)))}
    assert {name: reads for name, reads in found.items() if not name.startswith(MAY_READ_CLOCKS)} == {}


@pytest.mark.law(10)
def test_only_four_places_catch_everything() -> None:
    found = {name: lines for name, source in SOURCES if (lines := list(broad_catches(source)))}
    assert {name: lines for name, lines in found.items() if name not in MAY_CATCH_EVERYTHING} == {}


@pytest.mark.parametrize("library", ONE_PLACE)
def test_a_library_stands_behind_one_place(library: str) -> None:
    users = [name for name, imported in imports_by_file().items() if library in imported and not name.endswith(ASSEMBLIES)]
    assert [name for name in users if not name.startswith(ONE_PLACE[library])] == []


@pytest.mark.parametrize(
    "planted",
    [
        "import time\nx = time.time()",
        "import time\nclock = time.monotonic",
        "from time import time_ns\nx = time_ns()",
        "from datetime import datetime\nx = datetime.now(tz=None)",
        "import datetime\nx = datetime.datetime.utcnow()",
        "from datetime import date\nx = date.today()",
    ],
)
def test_a_planted_clock_is_found(planted: str) -> None:
    assert list(clock_reads(planted))


@pytest.mark.parametrize(
    "handler", ["except:", "except Exception:", "except BaseException as e:", "except (ValueError, Exception):"]
)
def test_a_planted_catch_is_found(handler: str) -> None:
    assert list(broad_catches(f"try:\n    pass\n{handler}\n    pass"))


def test_a_narrow_catch_is_not() -> None:
    assert list(broad_catches("try:\n    pass\nexcept (ValueError, OSError):\n    pass")) == []


@pytest.mark.parametrize("planted", ["import cbor2", "from cbor2 import dumps", "def f():\n    import cbor2.tool"])
def test_a_planted_import_is_found(planted: str) -> None:
    assert "cbor2" in imports_of(planted)


PURE = re.compile(r"\bpure\b", re.IGNORECASE)
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
IMPURE = {module for contract in CONTRACTS if contract["id"] == "pure" for module in contract["forbidden_modules"]}


def calls_itself_pure(source: str) -> bool:
    return PURE.search(ast.get_docstring(ast.parse(source)) or "") is not None


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def impurities(graph: grimp.ImportGraph, module: str) -> set[str]:
    """Return the impure modules that a module reaches, directly or through others."""
    return graph.find_upstream_modules(module) & IMPURE


def test_a_module_that_calls_itself_pure_is_it(graph: grimp.ImportGraph) -> None:
    pure = [module_of(path) for path in python_files(*PACKAGES) if calls_itself_pure(path.read_text(encoding="utf-8"))]
    assert {module: reached for module in pure if (reached := impurities(graph, module))} == {}


def test_a_planted_impurity_is_found_at_second_hand(graph: grimp.ImportGraph) -> None:
    assert calls_itself_pure('"""What a drawer holds: pure."""')
    graph.add_module("central.shifts.planted")
    graph.add_import(importer="central.shifts.planted", imported="central.shifts.service")
    assert "sqlalchemy" in impurities(graph, "central.shifts.planted")
    graph.remove_module("central.shifts.planted")
