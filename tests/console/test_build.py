"""The console's build: small enough to open at once, without what only some pages need."""

import re

import pytest

from tests.console.chunk_graph import Load, load

FIRST_LOAD_BYTES = 200_000
# A list's table, a date picker and charts are for the pages that show them.
LATER = re.compile(r"^(echarts|zrender)/|^element-plus/es/components/(table|table-v2|date-picker|time-picker|upload|tree)/")
SHELL = "src/shell/OfficeShell.vue"
HOME = "src/reports/HomePage.vue"


@pytest.fixture(scope="module")
def first() -> Load:
    return load(SHELL)


def test_sign_in_and_shell_fit_the_first_load(first: Load) -> None:
    assert first.packed_bytes <= FIRST_LOAD_BYTES


def test_what_only_some_pages_need_is_loaded_by_them(first: Load) -> None:
    assert any(module.startswith("element-plus/") for module in first.modules), "the graph names modules by their packages"
    assert sorted(module for module in first.modules if LATER.search(module)) == []


def test_home_fits_the_first_load_and_draws_its_own_lines(first: Load) -> None:
    home = load(SHELL, HOME)
    assert home.packed_bytes <= FIRST_LOAD_BYTES
    assert home.packed_bytes > first.packed_bytes
    assert sorted(module for module in home.modules if LATER.search(module)) == []


@pytest.mark.parametrize("module", ["echarts/lib/echarts.js", "element-plus/es/components/date-picker/index.mjs"])
def test_a_heavy_module_would_be_found(module: str) -> None:
    assert LATER.search(module)
    assert not LATER.search("element-plus/es/components/table-like.mjs")
