"""The command `make examples`: runs every story again, and writes central/examples."""

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.examples.files import STORIES, path_of, text_of, told
from tests.examples.site import prepare


def main() -> None:
    """Write every file."""
    with TemporaryDirectory(prefix="paifang-examples-") as place:
        prepared = Path(place) / "prepared"
        asyncio.run(prepare(prepared))
        for name in STORIES:
            examples = asyncio.run(told(name, prepared, Path(place) / name))
            path_of(name).write_text(text_of(examples), encoding="utf-8")


if __name__ == "__main__":
    main()
