"""The console's files on disk: the present build and the one before it.

Laws: a page that was opened before an update still finds its files, so the build before is kept; a name leads to a file of a
build's `assets`, never to anywhere else.
"""

import re
from dataclasses import dataclass
from pathlib import Path

_SAFE_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,199}")
_HIDDEN = {".gz", ".br"}


@dataclass(frozen=True, slots=True)
class Builds:
    """The builds in a directory: `current` and `previous`, each with `index.html` and `assets/`."""

    directory: Path

    def index(self) -> Path | None:
        """Return the page; None where nothing was built."""
        page = self.directory / "current" / "index.html"
        return page if page.is_file() else None

    def asset(self, name: str) -> Path | None:
        """Return the file of that name; None where neither build has it. Compressed copies are not files of their own."""
        if not _SAFE_NAME.fullmatch(name) or Path(name).suffix in _HIDDEN:
            return None
        found = (self.directory / build / "assets" / name for build in ("current", "previous"))
        return next((path for path in found if path.is_file()), None)
