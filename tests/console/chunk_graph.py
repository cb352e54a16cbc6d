"""The console's build as a graph of chunks: what a browser loads before it shows a page, and what stands in it."""

import gzip
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

BUILD = Path(__file__).resolve().parents[2] / "central" / "console" / "dist" / "current"


@dataclass(frozen=True, slots=True)
class Load:
    """What is loaded for a page: its files, their bytes packed, and the modules in them."""

    files: tuple[str, ...]
    packed_bytes: int
    modules: frozenset[str]


def load(*pages: str, build: Path = BUILD) -> Load:
    """Return what a browser loads for the entry and these pages: modules that are loaded on demand, by their paths."""
    manifest = json.loads((build / ".vite" / "manifest.json").read_text())
    chunks = {one["file"]: one for one in json.loads((build / ".vite" / "chunks.json").read_text())}
    keys = _reached(manifest, ("index.html", *pages))
    files = sorted({manifest[key]["file"] for key in keys} | {css for key in keys for css in manifest[key].get("css", ())})
    modules = frozenset(module for file in files for module in chunks.get(file, {}).get("modules", ()))
    return Load(tuple(files), sum(len(gzip.compress((build / file).read_bytes(), 9)) for file in files), modules)


def _reached(manifest: dict[str, dict[str, list[str]]], begin: Iterable[str]) -> set[str]:
    waiting, found = list(begin), set[str]()
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += manifest[key].get("imports", [])
    return found
