"""The office as an agent of each site: in its name central journals what people with a phone admit, at any check point.

Laws: it hosts no check point, so that no refund waits for it; nobody holds its key, so that no request comes from it; lists of
computers, alarms about silent ones, and the keys for holders leave it out.
"""

import hashlib

from sqlmodel import col, select

from central.store.tables.devices import AgentRow
from central.store.unit_of_work import Work
from central.store.upsert import insert_missing
from protocol.identifiers import AgentId, SiteId
from protocol.instants import Instant
from protocol.sync.messages import Duty

# Beside `AgentRole`: nobody enrols a computer as the office.
OFFICE_ROLE = "office"
OFFICE_NAME = "人工验票 Staff"
IS_COMPUTER = col(AgentRow.role) != OFFICE_ROLE
_DOMAIN = b"paifang/office-agent/1\0"
_SITE_BYTES = 4


async def of_site(work: Work, site_id: SiteId, now: Instant) -> AgentId:
    """Return a site's office agent; it is made at its first use."""
    return await _known(work, site_id) or await _made(work, site_id, now)


async def _known(work: Work, site_id: SiteId) -> AgentId | None:
    found = (await work.session.exec(select(AgentRow.id).where(AgentRow.public_key == _key(site_id)))).first()
    return None if found is None else AgentId(found)


async def _made(work: Work, site_id: SiteId, now: Instant) -> AgentId:
    row = {
        "site_id": site_id,
        "name": OFFICE_NAME,
        "role": OFFICE_ROLE,
        "public_key": _key(site_id),
        "enrolled_at": now,
        "wipe": False,
        "duty": Duty.OPEN.value,
        "duty_since": now,
        "last_seen_at": now,
        "last_head_at": Instant(0),
        "journalled_at": Instant(0),
        "replay_highest": 0,
        "replay_seen": 0,
        "feed_epoch": 0,
        "feed_version": 0,
        "holder_generation": 1,
    }
    await insert_missing(await work.connection(), AgentRow, [row])
    made = await _known(work, site_id)
    assert made is not None, "the office's agent of a site was just made"
    return made


def _key(site_id: SiteId) -> bytes:
    """Return what stands for a public key: a hash, to which nobody knows a private key."""
    return hashlib.sha256(_DOMAIN + site_id.to_bytes(_SITE_BYTES, "big")).digest()
