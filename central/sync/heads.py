"""The newest head of each site in memory, and the requests that wait for a newer one.

Laws: only a committed head is announced; a waiting request is woken once, at once, or gets the present head when its time is
over.
"""

import asyncio
from dataclasses import dataclass, field

from protocol.identifiers import SiteId

LONGEST_WAIT_S = 30


@dataclass(frozen=True, slots=True)
class CurrentHead:
    """A site's head as it travels, and its timestamp's version."""

    version: int
    data: bytes


@dataclass(slots=True)
class Heads:
    """All sites' heads. They belong to one event loop; threads do not share them."""

    _heads: dict[SiteId, CurrentHead] = field(default_factory=dict)
    _waiting: dict[SiteId, asyncio.Future[None]] = field(default_factory=dict)
    _is_ending: bool = False

    def get(self, site_id: SiteId) -> CurrentHead | None:
        """Return a site's head, or None where nothing was published yet."""
        return self._heads.get(site_id)

    def announce(self, site_id: SiteId, head: CurrentHead) -> None:
        """Store a newer head, and wake the requests that wait for it."""
        self._heads[site_id] = head
        waiting = self._waiting.pop(site_id, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(None)

    def end(self) -> None:
        """Wake all waiting requests: the server ends."""
        self._is_ending = True
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_result(None)

    async def newer_than(self, site_id: SiteId, version: int, wait_s: int) -> CurrentHead | None:
        """Return the head as soon as its version is above `version`, or the present one after `wait_s` seconds."""
        head = self._heads.get(site_id)
        if wait_s <= 0 or self._is_ending or (head is not None and head.version > version):
            return head
        waiting = self._waiting.get(site_id)
        if waiting is None:
            waiting = asyncio.get_running_loop().create_future()
            self._waiting[site_id] = waiting
        await asyncio.wait((waiting,), timeout=min(wait_s, LONGEST_WAIT_S))
        return self._heads.get(site_id)
