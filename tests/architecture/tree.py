"""The files of the repository as the checkers of its shape see them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("protocol", "edge", "central", "hardware_sims")


@cache
def tracked_files() -> tuple[Path, ...]:
    """Return the files that git tracks or would track: existing files that are not ignored."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(path for name in listed.split("\0") if name and (path := ROOT / name).is_file()))


def python_files(*under: str) -> list[Path]:
    """Return the Python files, of the whole repository or of the directories named."""
    chosen = [path for path in tracked_files() if path.suffix == ".py"]
    return [path for path in chosen if not under or named(path).startswith(tuple(f"{name}/" for name in under))]


def named(path: Path) -> str:
    """Return a path as people name it: from the root, with slashes."""
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def module_of(path: Path) -> str:
    """Return the dotted name of a module."""
    return named(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
