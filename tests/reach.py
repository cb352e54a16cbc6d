"""Which tests a change can break: `python -m tests.reach` prints the test files, one a line, those nearest to the change first.

A test file reaches the modules that it imports, and what those import. The search stops at the modules that put a whole process
together (an assembly, the office, the builders over them), because they import everything: through them every test would
reach every change. In their place stands the folder: tests/central/refunds mirrors central/refunds, and all of it is chosen.
"""

import ast
import subprocess
import sys
from collections.abc import Iterable, Mapping

import grimp

from tests.architecture.tree import PACKAGES, ROOT, module_of, named, python_files

# They import everything, and so a path through them says nothing.
COMPOSITIONS = {"central.assembly", "central.office", "central.operations", "edge.assembly"}
# Tests farther away are left to `make test`: they meet the change only through much that has tests of its own.
MOST_IMPORTS = 3
_UNREACHED = MOST_IMPORTS + 1


def imports_in(source: str) -> set[str]:
    """Return the dotted names that a file imports: modules, and what may be modules in packages."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def import_graph() -> dict[str, set[str]]:
    """Return what each module of the packages and of the tests imports of them."""
    packages = grimp.build_graph(*PACKAGES)
    graph = {module: packages.find_modules_directly_imported_by(module) for module in packages.modules}
    tests = {module_of(path): imports_in(path.read_text(encoding="utf-8")) for path in python_files("tests")}
    for path in python_files("tests"):
        conftest = path.parent / "conftest.py"
        if path.name.startswith("test_") and conftest.exists():
            tests[module_of(path)].add(module_of(conftest))
    known = graph.keys() | tests.keys()
    return graph | {module: imported & known for module, imported in tests.items()}


def compositions(graph: Mapping[str, set[str]]) -> set[str]:
    """Return the modules at which the search stops: those that put a process together, and the builders that call them."""
    callers = {module for module, imported in graph.items() if imported & COMPOSITIONS}
    return COMPOSITIONS | {module for module in callers if module.startswith("tests.builders")}


def distances(graph: Mapping[str, set[str]], start: str, stops: set[str]) -> dict[str, int]:
    """Return how many imports lie between a module and each that it reaches, without a way through a stop."""
    found, edge, far = {start: 0}, [start], 0
    while edge:
        far += 1
        following = {one for module in edge if module not in stops or module == start for one in graph.get(module, ())}
        edge = [one for one in following if one not in found]
        found.update(dict.fromkeys(edge, far))
    return found


def mirror_of(path: str) -> str:
    """Return the folder of tests that mirrors a file's folder: `central/refunds/rules/fence.py` has `tests/central/refunds/`."""
    return f"tests/{'/'.join(path.split('/')[:-1][:2])}/"


def chosen(changed: Iterable[str], graph: Mapping[str, set[str]], test_files: Iterable[str]) -> list[str]:
    """Return the test files that a change of these files can break, the nearest first."""
    files = set(changed)
    modules = {name.removesuffix(".py").removesuffix("/__init__").replace("/", ".") for name in files}
    mirrors = tuple(mirror_of(name) for name in files if name.startswith(tuple(f"{package}/" for package in PACKAGES)))
    stops = compositions(graph)
    near: dict[str, int] = {}
    for name in test_files:
        reached = distances(graph, name.removesuffix(".py").replace("/", "."), stops)
        distance = min((far for module, far in reached.items() if module in modules), default=_UNREACHED)
        near[name] = 1 if mirrors and name.startswith(mirrors) else distance
    return sorted((name for name, far in near.items() if far <= MOST_IMPORTS), key=lambda name: (near[name], name))


def changed_files() -> list[str]:
    """Return what differs from the last commit; where nothing does, what that commit changed."""
    against_last = ["git", "status", "--porcelain", "--untracked-files=all", "--no-renames"]
    lines = subprocess.run(against_last, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    if lines:
        return [line[3:] for line in lines]
    last = ["git", "diff", "--name-only", "HEAD~1"]
    return subprocess.run(last, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()


def main() -> None:
    """Print the chosen test files, and those of the house's shape, which every change can break; `--changed`: what changed."""
    if "--changed" in sys.argv:
        sys.stdout.writelines(f"{name}\n" for name in changed_files() if name.endswith(".py") and (ROOT / name).exists())
        return
    tests = [named(path) for path in python_files("tests") if path.name.startswith("test_")]
    shape = [name for name in tests if name.startswith("tests/architecture/")]
    found = chosen(changed_files(), import_graph(), tests)
    sys.stdout.writelines(f"{name}\n" for name in dict.fromkeys((*found, *shape)) if (ROOT / name).exists())


if __name__ == "__main__":
    main()
