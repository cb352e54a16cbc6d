"""A module belongs in protocol only if edge and central both need it: else it belongs to the one that does."""

import grimp
import pytest

from tests.architecture.tree import PACKAGES

# Modules that only one side reaches, with the reason why they are still in protocol.
ONE_SIDED: dict[str, str] = {
    "protocol.feed.trust": "what a gate believes is a rule of the format: SPEC.md states it, any gate must keep it",
    "protocol.feed.trust_state": "the stored form of what feed.trust believes",
    "protocol.journal.entry_header": "reads an entry's layout, which journal.codec owns",
}


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def reached_from(graph: grimp.ImportGraph, package: str) -> set[str]:
    """Return the protocol modules that a package imports, directly or through others."""
    importers = {package} | graph.find_descendants(package)
    found: set[str] = set()
    waiting = list(importers)
    while waiting:
        for imported in graph.find_modules_directly_imported_by(waiting.pop()):
            if imported.startswith("protocol.") and imported not in found:
                found.add(imported)
                waiting.append(imported)
    return found


def one_sided(graph: grimp.ImportGraph) -> dict[str, str]:
    edge, central = reached_from(graph, "edge"), reached_from(graph, "central")
    modules = {module for module in graph.find_descendants("protocol") if not graph.find_children(module)}
    return {
        module: "edge" if module in edge else "central" if module in central else "nobody"
        for module in modules - (edge & central)
    }


def test_both_sides_need_every_module_of_protocol(graph: grimp.ImportGraph) -> None:
    assert {module: side for module, side in one_sided(graph).items() if module not in ONE_SIDED} == {}


def test_each_exception_is_still_one(graph: grimp.ImportGraph) -> None:
    assert set(ONE_SIDED) - set(one_sided(graph)) == set()


def test_a_planted_module_of_one_side_is_found(graph: grimp.ImportGraph) -> None:
    graph.add_module("protocol.planted")
    graph.add_import(importer="edge.agent", imported="protocol.planted")
    assert one_sided(graph)["protocol.planted"] == "edge"
    graph.remove_import(importer="edge.agent", imported="protocol.planted")
    graph.remove_module("protocol.planted")
