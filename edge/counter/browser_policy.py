"""Lets the console's pages reach this computer's loopback address without a question, in Chrome, Chromium and Edge.

Laws: the policy is a file of our own, written whole; no other file is read into it or changed; it names one origin and nothing
else. Sources: Chrome and Edge policies `LoopbackNetworkAllowedForUrls` (from version 146) and `LocalNetworkAccessAllowedForUrls`
(from 139).
"""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from protocol.errors import StorageError

FILE = "paifang-counter.json"
FOLDERS = ("etc/opt/chrome/policies/managed", "etc/chromium/policies/managed", "etc/opt/edge/policies/managed")
POLICIES = ("LoopbackNetworkAllowedForUrls", "LocalNetworkAccessAllowedForUrls")
_FOR_ALL = 0o644


def install_policy(root: Path, origins: Sequence[str]) -> list[Path]:
    """Write the policy for each browser under `root`; return the files. Raise StorageError where one cannot be written."""
    text = json.dumps({policy: list(origins) for policy in POLICIES}, indent=2) + "\n"
    return [_write(root / folder, text) for folder in FOLDERS]


def rivals(root: Path) -> list[Path]:
    """Return the files of others that state one of these policies: a browser takes one of them, and which is not said."""
    found = [path for folder in FOLDERS for path in sorted((root / folder).glob("*.json")) if path.name != FILE]
    return [path for path in found if any(policy in _text(path) for policy in POLICIES)]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _write(folder: Path, text: str) -> Path:
    path, new = folder / FILE, folder / f".{FILE}.new"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        new.write_text(text, encoding="utf-8")
        new.chmod(_FOR_ALL)
        os.replace(new, path)  # noqa: PTH105 - the browser sees the old file or the new one
    except OSError as error:
        raise StorageError(f"{path}: cannot be written ({error.strerror}); run this as root, or name another --root") from error
    return path
