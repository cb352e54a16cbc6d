"""A change is met by the tests that it can break: those of its folder, and those that reach it by imports."""

from tests.reach import chosen, imports_in, mirror_of

GRAPH = {
    "central.refunds.service": {"central.refunds.rules.amounts"},
    "central.refunds.rules.amounts": set[str](),
    "central.office": {"central.refunds.service", "central.sales.service"},
    "central.sales.service": set[str](),
    "tests.builders.office": {"central.office"},
    "tests.central.refunds.test_by_fixture_alone": {"tests.builders.office"},
    "tests.central.reports.test_lists": {"central.refunds.service"},
    "tests.central.sales.test_sell": {"tests.builders.office", "central.sales.service"},
}
TESTS = [f"{module.replace('.', '/')}.py" for module in GRAPH if ".test_" in module]


def test_the_tests_of_the_folder_come_first_and_then_those_that_import_it() -> None:
    assert chosen(["central/refunds/rules/amounts.py"], GRAPH, TESTS) == [
        "tests/central/refunds/test_by_fixture_alone.py",
        "tests/central/reports/test_lists.py",
    ]


def test_a_way_through_the_composition_says_nothing() -> None:
    assert "tests/central/sales/test_sell.py" not in chosen(["central/refunds/service.py"], GRAPH, TESTS)
    assert chosen(["central/sales/service.py"], GRAPH, TESTS) == ["tests/central/sales/test_sell.py"]


def test_a_changed_test_is_run_itself() -> None:
    assert chosen(["tests/central/reports/test_lists.py"], GRAPH, TESTS) == ["tests/central/reports/test_lists.py"]


def test_imports_and_mirrors_are_read_from_files() -> None:
    assert imports_in("from central.sales import service, carts\nimport protocol.cbor") == {
        "central.sales",
        "central.sales.service",
        "central.sales.carts",
        "protocol.cbor",
    }
    assert mirror_of("central/refunds/rules/fence.py") == "tests/central/refunds/"
    assert mirror_of("protocol/cbor.py") == "tests/protocol/"
