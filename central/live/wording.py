"""Events as they are sent: with names, in both languages, made once for all listeners of a process.

Laws: a name is looked up again after `NAMES_KEPT_S`.
"""

import json
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from central.domain.names import Named, NameKind, Naming, give_names, named_in
from central.domain.views import View
from central.issuing.tickets import id_text
from central.live.kept_events import KeptEvent
from central.live.moments import loop_s
from central.live.rules.hearing import Concerned
from central.live.rules.positions import Position
from central.live.views import VIEWS, frame
from protocol.identifiers import TicketId

NAMES_KEPT_S = 5.0
MOST_NAMES = 2_000
_log = logging.getLogger("paifang.live")


@dataclass(frozen=True, slots=True)
class Worded:
    """An event as it is sent, in English and in Chinese."""

    position: Position
    concerned: Concerned
    english: bytes
    chinese: bytes


class Wording:
    """Puts events into words."""

    def __init__(self, naming: Naming) -> None:
        """Take what knows the names."""
        self._naming = naming
        self._names: dict[tuple[bool, NameKind, int], str] = {}
        self._read_at_s = loop_s()

    async def worded(self, events: Sequence[KeptEvent]) -> tuple[Worded, ...]:
        """Return events as they are sent."""
        views = [(one, view) for one in events if (view := _view(one)) is not None]
        english, chinese = [await self._frames(views, chinese=chinese) for chinese in (False, True)]
        said = zip(views, english, chinese, strict=True)
        return tuple(Worded(one.position, _concerned(one), *texts) for (one, _), *texts in said)

    async def _frames(self, views: Sequence[tuple[KeptEvent, View]], *, chinese: bool) -> list[bytes]:
        things = [thing for _, view in views for thing in named_in(view)]
        give_names(things, await self._look_up(things, chinese=chinese))
        return [frame(one.position, one.kind.value, view.model_dump_json()) for one, view in views]

    async def _look_up(self, things: Iterable[Named], *, chinese: bool) -> dict[NameKind, dict[int, str]]:
        if loop_s() - self._read_at_s > NAMES_KEPT_S or len(self._names) > MOST_NAMES:
            self._names.clear()
            self._read_at_s = loop_s()
        wanted = {(one.kind, one.id) for one in things}
        missing: dict[NameKind, set[int]] = {}
        for kind, number in wanted:
            if (chinese, kind, number) not in self._names:
                missing.setdefault(kind, set()).add(number)
        asked = {kind: frozenset(numbers) for kind, numbers in missing.items()}
        found = await self._naming.names_of(asked, chinese=chinese) if asked else {}
        for kind, numbers in asked.items():
            self._names |= {(chinese, kind, one): found.get(kind, {}).get(one, str(one)) for one in numbers}
        names: dict[NameKind, dict[int, str]] = {}
        for kind, number in wanted:
            names.setdefault(kind, {})[number] = self._names.get((chinese, kind, number), str(number))
        return names


def _concerned(one: KeptEvent) -> Concerned:
    return Concerned(one.kind, one.seller_id, one.channel, one.user_id)


def _view(one: KeptEvent) -> View | None:
    """Return what an event shows; None, with a line in the log, where it cannot be shown: it must not hold up those after it."""
    said: dict[str, Any] = {
        "told_at": one.told_at,
        "site": one.site_id,
        "ticket_id": None if one.ticket_id is None else id_text(TicketId(one.ticket_id)),
        "ticket_type": one.ticket_type_id,
        "order_id": one.order_id,
        "seller": one.seller_id,
        "channel": one.channel,
    }
    try:
        return VIEWS[one.kind].model_validate(said | json.loads(one.data))
    except ValidationError:
        _log.exception("the live event %s cannot be shown", one.position)
        return None
