"""The one command: `paifang central|keys|edge|sims|demo ...`.

Laws: a part is imported only when it is called, so that a gate needs nothing of the office and the other way round.
"""

import sys
from collections.abc import Callable
from importlib import import_module
from typing import cast

_PARTS = {
    "central": ("central.__main__", "app", "the office: serve, migrate, user, backup, restore, openapi"),
    "keys": ("central.__main__", "keys", "the keys that the office signs with: init, rotate, status"),
    "edge": ("edge.__main__", "main", "a gate's, handheld's or kiosk's computer"),
    "sims": ("hardware_sims.__main__", "app", "simulated hardware"),
    "demo": ("tests.journeys.demo", "app", "the whole path, told as a story"),
}
_BAD_USAGE = 2


def main() -> None:
    """Run the part that is named."""
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    if name not in _PARTS:
        lines = [f"  {part:8} {what}" for part, (_, _, what) in _PARTS.items()]
        sys.stderr.write("\n".join(["usage: paifang PART ...", "", *lines, ""]))
        sys.exit(0 if name in {"--help", "-h"} else _BAD_USAGE)
    module, attribute, _ = _PARTS[name]
    run = cast("Callable[..., None]", getattr(import_module(module), attribute))
    run(sys.argv[2:], prog_name=f"paifang {name}")


if __name__ == "__main__":
    main()
