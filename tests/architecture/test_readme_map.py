"""The map in README is right: every path in it exists, and it holds every folder of the first two levels."""

import re

import pytest

from tests.architecture.tree import PACKAGES, ROOT, named, tracked_files

_MAP = re.compile(r"<!-- map -->\s*```\w*\n(.*?)```\s*<!-- /map -->", re.DOTALL)
_ENTRY = re.compile(r"^(?P<indent> *)(?P<path>[\w.][\w./-]*)")
INDENT = 2
# Folders that a newcomer need not know.
UNMAPPED = {".gitignore", "requirements.txt", "requirements-dev.txt", "requirements-node.txt", "LICENSE", "README.md"}


def mapped_paths(readme: str) -> list[str]:
    """Return the paths of the map: one entry a line, indented by two blanks under its folder, words of explanation behind it."""
    block = _MAP.search(readme)
    assert block is not None, "README has a map between <!-- map --> and <!-- /map -->"
    paths: list[str] = []
    parents: list[str] = []
    for line in block.group(1).splitlines():
        entry = _ENTRY.match(line)
        if entry is None:
            continue
        depth = len(entry["indent"]) // INDENT
        path = "".join((*parents[:depth], entry["path"]))
        parents = [*parents[:depth], entry["path"]]
        paths.append(path)
    return paths


README = (ROOT / "README.md").read_text(encoding="utf-8")
MAPPED = mapped_paths(README)


@pytest.mark.parametrize("path", MAPPED)
def test_every_path_of_the_map_exists(path: str) -> None:
    assert (ROOT / path).exists()
    assert (ROOT / path).is_dir() is path.endswith("/")


def test_everything_at_the_top_is_mapped() -> None:
    top = {name.partition("/")[0] + ("/" if "/" in name else "") for name in map(named, tracked_files())}
    assert top - set(MAPPED) - UNMAPPED == set()


def folders_in(top: str, names: list[str]) -> set[str]:
    """Return the folders at the second level, under a folder of the top."""
    return {f"{top}/{name.split('/')[1]}/" for name in names if name.count("/") > 1 and name.startswith(f"{top}/")}


@pytest.mark.parametrize("top", [*PACKAGES, "tests", "docs"])
def test_every_folder_of_the_second_level_is_mapped(top: str) -> None:
    assert folders_in(top, [named(path) for path in tracked_files()]) - set(MAPPED) == set()


def test_every_document_is_mapped() -> None:
    documents = {name for name in map(named, tracked_files()) if name.startswith("docs/") and name.count("/") == 1}
    assert documents - set(MAPPED) == set()


def test_the_licence_stands_in_readme() -> None:
    assert "## Licence" in README


def test_a_planted_path_is_found() -> None:
    planted = "<!-- map -->\n```\nedge/   one device\n  gate/   the lane\n    lane.py  the shell\nMakefile\n```\n<!-- /map -->"
    assert mapped_paths(planted) == ["edge/", "edge/gate/", "edge/gate/lane.py", "Makefile"]


def test_a_planted_folder_is_found() -> None:
    assert folders_in("edge", ["edge/gate/lane.py", "edge/agent.py", "edges/x/y.py"]) == {"edge/gate/"}
