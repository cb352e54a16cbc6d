"""A new root key while central serves: gates follow it step by step, also gates that were away."""

import pytest

from central.keys import service as key_service
from central.keys.files import KeyFiles
from protocol.identifiers import TicketId
from protocol.keyring import Purpose
from tests.builders.central import SeededBytes
from tests.builders.served import PASSPHRASE, Central

pytestmark = pytest.mark.law(3)
NEW_PASSPHRASE = "the new root key of a test"


async def test_gates_follow_a_new_root_key_and_what_it_signs(central: Central) -> None:
    adult = await central.add_type()
    gate = await central.enrol(await central.add_check_point([adult]))
    await gate.refresh()
    old = gate.downloader.state.keyring
    files = KeyFiles(central.folder / "keys")
    made = key_service.rotate_root(files, PASSPHRASE, NEW_PASSPHRASE, central.clock(), SeededBytes("new root"))
    key_service.rotate(files, NEW_PASSPHRASE, Purpose.MANIFEST, central.clock(), SeededBytes("manifest"), compromised=True)
    (ticket,) = await central.sell(adult)
    await gate.refresh_until(lambda one: one.cache.record(TicketId(int(ticket["ticket_id"], 16))) is not None)
    believed = gate.downloader.state.keyring
    assert believed.version == old.version + 3
    assert believed.root_keys == made.root_keys != old.root_keys
    gate.close()
