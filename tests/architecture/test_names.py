"""Names and texts that the repository may not contain."""

import re

import pytest

from tests.architecture.tree import PACKAGES, ROOT, named, python_files, tracked_files

BANNED_WORDS = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc", "shared", "base", "lib"}
TEXT_SUFFIXES = {
    "",
    ".py",
    ".toml",
    ".txt",
    ".md",
    ".json",
    ".sh",
    ".yml",
    ".yaml",
    ".cfg",
    ".ini",
    ".ts",
    ".vue",
    ".html",
    ".lock",
}
# Built from pieces, so that this file does not contain the searched names.
MACHINE_PATHS = re.compile(
    "|".join(("/" + "work/", "/" + "home/[a-z]", "/" + "Users/", r"(?<![\w/])/" + "root/", r"C:\\" + "Users"))
)
REGISTRY_HOSTS = re.compile(
    "|".join(
        (r"pypi\." + "org", r"python" + "hosted", r"registry\." + "npm", r"npm" + "mirror", "--index" + "-url", r"proxy\.golang")
    )
)


def banned_in(module: str) -> set[str]:
    return {word for part in module.split(".") for word in part.strip("_").split("_")} & BANNED_WORDS


@pytest.mark.parametrize("package", [*PACKAGES, "tests"])
def test_no_module_is_named_for_nothing(package: str) -> None:
    modules = [named(path).removesuffix(".py").replace("/", ".") for path in python_files(package)]
    assert {module: words for module in modules if (words := banned_in(module))} == {}


@pytest.mark.parametrize("module", ["edge.utils", "central.sales.order_helpers", "protocol.common.codec", "edge.device_manager"])
def test_a_planted_name_is_found(module: str) -> None:
    assert banned_in(module)


def found_in(pattern: re.Pattern[str]) -> dict[str, str]:
    found = {}
    for path in tracked_files():
        if path.suffix not in TEXT_SUFFIXES or not path.is_file():
            continue
        match = pattern.search(path.read_text(encoding="utf-8", errors="replace"))
        if match:
            found[named(path)] = match.group()
    return found


def test_no_file_names_a_path_of_one_machine() -> None:
    assert found_in(MACHINE_PATHS) == {}


def test_no_file_names_a_package_registry() -> None:
    assert found_in(REGISTRY_HOSTS) == {}


@pytest.mark.parametrize("planted", ["see /" + "work/main", "/" + "home/me/x", "cd /" + "root/x && ls"])
def test_a_planted_machine_path_is_found(planted: str) -> None:
    assert MACHINE_PATHS.search(planted)


@pytest.mark.parametrize(
    "planted", ["https://pypi." + "org/simple", "files.python" + "hosted.org", "https://registry." + "npmjs.org"]
)
def test_a_planted_registry_is_found(planted: str) -> None:
    assert REGISTRY_HOSTS.search(planted)


@pytest.mark.parametrize("package", PACKAGES)
def test_every_package_says_what_it_is_for(package: str) -> None:
    silent = [named(path) for path in python_files(package) if not path.read_text(encoding="utf-8").startswith('"""')]
    assert silent == []


def test_test_folders_are_not_packages() -> None:
    assert [named(path) for path in python_files("tests") if path.name == "__init__.py"] == []
    assert (ROOT / "tests").is_dir()
