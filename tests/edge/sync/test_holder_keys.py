"""A gate follows its site's keys for holders, and tries the older ones for as long as they may be needed."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import apsw
import pytest

from edge.central_client import AgentRevoked, CentralUnreachable
from edge.sync.holder_keys import ASK_EVERY_S, MOST_KEYS, HolderKeyFollower
from edge.sync.upload import Pace
from edge.trust.store import SiteKey, TrustLost, TrustStore
from protocol import cbor
from protocol.sync.answers import HolderKeyAnswer, Revoked
from protocol.sync.messages import HolderKeyRequest
from tests.builders.feed import START, FeedSimulator
from tests.builders.gate import GateRig
from tests.builders.journal import AGENT

OLD, NEW, SECRET = bytes(32), bytes([1]) * 32, bytes(range(100, 132))
ENROLLED, RENEWED = 1_000, 2_000
TRUST = "trust.db"


@dataclass
class Central:
    """Central's answers: the key, the version of the feed from which it serves, and whether it is the only one."""

    generation: int = ENROLLED
    key: bytes = OLD
    is_only: bool = True
    epoch: int = 1
    version: int = 1
    fault: Exception | None = None
    told: list[int] = field(default_factory=list)

    def renew(self, version: int) -> None:
        """Use another key; from a version on, the feed finds every holder by it."""
        self.generation, self.key, self.is_only, self.version = RENEWED, NEW, False, version

    async def holder_key(self, request: HolderKeyRequest) -> HolderKeyAnswer:
        if self.fault is not None:
            raise self.fault
        self.told.append(request.generation)
        return HolderKeyAnswer(AGENT, request.nonce, self.generation, self.key, self.is_only, self.epoch, self.version, START)


class Rig:
    def __init__(self, directory: Path, feed: FeedSimulator | None = None) -> None:
        self.central = Central()
        self.gate = GateRig(directory, feed or FeedSimulator())
        if not self.gate.trust.holder_keys():
            self.gate.trust.save_holder_keys((SiteKey(0, OLD),))
        self.slept: list[float] = []
        pace = Pace(lambda: 0.0, self.sleep)
        self.follower = HolderKeyFollower(self.central, self.gate.trust, self.gate.cache, bytes, pace)  # type: ignore[arg-type]  # a central in memory

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        if len(self.slept) >= 3:
            raise asyncio.CancelledError

    def keys(self) -> list[bytes]:
        return [one.key for one in self.gate.trust.holder_keys()]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.gate.close()


async def test_the_key_of_enrolment_gets_its_generation(rig: Rig) -> None:
    await rig.follower.ask()
    await rig.follower.ask()
    assert rig.gate.trust.holder_keys() == (SiteKey(ENROLLED, OLD, 1, 1),)
    assert rig.central.told == [0, ENROLLED]


@pytest.mark.law(9)
async def test_the_old_key_stays_until_no_other_is_in_force_and_the_feed_finds_all_by_the_new(rig: Rig) -> None:
    await rig.gate.publish()
    rig.central.renew(version=rig.gate.cache.version + 1)
    await rig.follower.ask()
    await rig.follower.ask()
    assert rig.keys() == [NEW, OLD]
    rig.central.is_only = True
    await rig.follower.ask()
    assert rig.keys() == [NEW, OLD]
    await rig.gate.publish()
    await rig.follower.ask()
    assert rig.keys() == [NEW]
    assert rig.central.told == [0, RENEWED, RENEWED, RENEWED]


@pytest.mark.law(9)
async def test_an_agent_that_has_no_feed_forgets_no_key(rig: Rig) -> None:
    rig.central.renew(version=1)
    rig.central.is_only = True
    for _ in range(3):
        await rig.follower.ask()
    assert rig.keys() == [NEW, OLD]


@pytest.mark.law(9)
async def test_cut_off_before_it_says_so_it_has_the_key_and_says_it_after_the_restart(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.central.renew(version=1)
    await rig.follower.ask()
    rig.central.fault = CentralUnreachable("cut")
    with pytest.raises(CentralUnreachable):
        await rig.follower.ask()
    rig.gate.close()
    restarted = Rig(tmp_path)
    assert restarted.keys() == [NEW, OLD]
    restarted.central.renew(version=1)
    await restarted.follower.ask()
    assert restarted.central.told == [RENEWED]
    restarted.gate.close()


async def test_a_central_restored_from_its_backup_goes_by_an_older_key_and_so_does_the_gate(rig: Rig) -> None:
    await rig.follower.ask()
    rig.central.renew(version=1)
    await rig.follower.ask()
    rig.central.generation, rig.central.key = ENROLLED, OLD
    await rig.follower.ask()
    assert rig.keys() == [OLD, NEW]


async def test_keys_are_bounded(rig: Rig) -> None:
    for number in range(2 * MOST_KEYS):
        rig.central.generation, rig.central.key = RENEWED + number, number.to_bytes(32, "big")
        await rig.follower.ask()
    assert len(rig.keys()) == MOST_KEYS
    assert rig.keys()[0] == rig.central.key


async def test_it_asks_at_the_start_and_every_five_minutes_and_sooner_where_central_fails(rig: Rig) -> None:
    with suppress(asyncio.CancelledError):
        await rig.follower.run()
    assert rig.slept == [ASK_EVERY_S] * 3
    rig.slept.clear()
    rig.central.fault = CentralUnreachable("cut")
    with suppress(asyncio.CancelledError):
        await rig.follower.run()
    assert max(rig.slept) < ASK_EVERY_S
    rig.central.fault = AgentRevoked(Revoked(AGENT, wipe=True, signed_at=START))
    with pytest.raises(AgentRevoked):
        await rig.follower.run()


def test_keys_stand_durably_and_what_is_forgotten_is_in_no_file(tmp_path: Path) -> None:
    store = TrustStore(tmp_path / TRUST)
    assert store.holder_keys() == ()
    both = (SiteKey(RENEWED, NEW, 1, 2), SiteKey(0, SECRET))
    store.save_holder_keys(both)
    store.close()
    store = TrustStore(tmp_path / TRUST)
    assert store.holder_keys() == both
    store.save_holder_keys(both[:1])
    assert not any(SECRET in path.read_bytes() for path in tmp_path.iterdir())
    store.close()


@pytest.mark.parametrize("damaged", [7, [[1, b"short", 1, 1]], [[1, NEW, 1]], ["key"], [[1, NEW, 1, b""]]])
def test_damaged_keys_are_a_fault_of_the_file(tmp_path: Path, damaged: object) -> None:
    store = TrustStore(tmp_path / TRUST)
    store.save_holder_keys((SiteKey(0, OLD),))
    store.close()
    connection = apsw.Connection(str(tmp_path / TRUST))
    connection.execute("UPDATE kept SET value = ? WHERE name = 'holder-keys'", (cbor.encode(damaged),))
    connection.close()
    store = TrustStore(tmp_path / TRUST)
    with pytest.raises(TrustLost):
        store.holder_keys()
    store.close()
