"""The files of central/examples, and the story that makes each."""

import json
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from central.examples import DIRECTORY
from tests.examples import agencies, catalog, codes, faces, gates, identity, office, payments, refunds, reports, sales, shop
from tests.examples.site import served_story
from tests.examples.teller import Teller

STORIES: Mapping[str, Callable[[Teller], Awaitable[None]]] = {
    "identity": identity.story,
    "office": office.story,
    "catalog": catalog.story,
    "sales": sales.story,
    "codes": codes.story,
    "payments": payments.story,
    "refunds": refunds.story,
    "agencies": agencies.story,
    "reports": reports.story,
    "gates": gates.story,
    "shop": shop.story,
    "faces": faces.story,
}
# What differs from run to run: how long a call took, and what an institution signs by keys of that run.
VARYING = frozenset({"listCalls", "notifyPayment"})

Examples = dict[str, dict[str, Any]]


async def told(name: str, prepared: Path, folder: Path) -> Examples:
    """Tell a story over a copy of the prepared site, in a folder that does not exist yet; return its examples."""
    async with served_story(prepared, folder, name) as tell:
        await STORIES[name](tell)
        return tell.shown


def path_of(name: str) -> Path:
    """Return the file of a story's examples."""
    return DIRECTORY / f"{name}.json"


def text_of(examples: Examples) -> str:
    """Return a file's text: one line an operation, so that a change is easy to see."""
    lines = (f"{json.dumps(name)}: {json.dumps(one, ensure_ascii=False)}" for name, one in sorted(examples.items()))
    return "{\n" + ",\n".join(lines) + "\n}\n"
