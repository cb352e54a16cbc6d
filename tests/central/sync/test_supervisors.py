"""A PIN that was set at central works at a real gate of that site as soon as the feed told it, and no longer than it is set."""

import asyncio

import pytest

from edge.gate.supervision import Proof, Supervision
from protocol.admission.supervisors import SUPERVISORS, Supervisor, decode_supervisors
from tests.builders.served import PASSWORD, Central, Gate

# Three changes that only the regular signing (every 20 s) told would need 40 s; told at once, they need a moment.
LIMIT_S = 20.0
PIN, NEW_PIN, OWN_PIN = "482915", "7305918264", "190573"


def at_gate(gate: Gate) -> tuple[Supervisor, ...]:
    """Return the supervisors that the gate's cache holds."""
    table = gate.cache.table(SUPERVISORS)
    return () if table is None else decode_supervisors(table)


async def prove(gate: Gate, person: int, pin: str) -> Proof:
    return await Supervision(lambda: at_gate(gate), lambda: 0).prove(person, pin)


async def a_gate(central: Central) -> Gate:
    return await central.enrol(await central.add_check_point([await central.add_type()]))


@pytest.mark.law(4)
async def test_a_gate_takes_the_pin_that_central_published_and_then_the_new_one_only(central: Central) -> None:
    gate = await a_gate(central)
    await gate.refresh()
    assert at_gate(gate) == ()
    await central.api("POST", "/users", {"name": "anna"})
    async with asyncio.timeout(LIMIT_S):
        await central.api("PUT", "/sites/1/supervisors/anna")
        anna = (await central.api("PUT", "/supervisors/anna/pin", {"pin": PIN}))["user_id"]
        await gate.refresh_until(lambda one: len(at_gate(one)) == 1)
        assert await prove(gate, anna, PIN) is Proof.PROVED
        assert await prove(gate, anna + 1, PIN) is Proof.WRONG
        before = at_gate(gate)
        await central.api("PUT", "/supervisors/anna/pin", {"pin": NEW_PIN})
        await gate.refresh_until(lambda one: at_gate(one) != before)
        assert await prove(gate, anna, PIN) is Proof.WRONG
        assert await prove(gate, anna, NEW_PIN) is Proof.PROVED
        await central.api("DELETE", "/sites/1/supervisors/anna", status=204)
        await gate.refresh_until(lambda one: at_gate(one) == ())
        assert await prove(gate, anna, NEW_PIN) is Proof.WRONG
    gate.close()


async def test_gates_of_another_site_hear_nothing_of_it(central: Central) -> None:
    other = await central.add_site()
    adult = await central.add_type(other)
    there = await central.enrol(await central.add_check_point([adult], other), name="there", site=other)
    here = await a_gate(central)
    await central.api("PUT", "/sites/1/supervisors/admin")
    await central.api("PUT", "/session/pin", {"password": PASSWORD, "pin": OWN_PIN})
    await here.refresh_until(lambda one: len(at_gate(one)) == 1)
    await there.refresh()
    assert at_gate(there) == ()
    for gate in (here, there):
        gate.close()


async def test_supervisors_are_listed_and_no_answer_holds_a_pin(central: Central) -> None:
    said = [await central.api("PUT", "/sites/1/supervisors/admin")]
    assert said[0] == {"user_id": 1, "name": "admin", "pin_set_at": None, "card_set_at": None}
    said.append(await central.api("PUT", "/session/pin", {"password": PASSWORD, "pin": OWN_PIN}))
    said.append((await central.api("GET", "/sites/1/supervisors"))["items"])
    assert said[2] == [said[1]]
    said.append(await central.api("PUT", "/supervisors/admin/pin", {"pin": "123456"}, status=422))
    said.append(await central.api("PUT", "/supervisors/admin/pin", {"pin": PIN * 3}, status=400))
    assert (said[3]["code"], said[4]["code"]) == ("pin_weak", "input_invalid")
    for secret in (OWN_PIN, PIN, "argon2"):
        assert secret not in str(said)
    await central.api("GET", "/sites/9/supervisors", status=404)
    await central.api("DELETE", "/sites/1/supervisors/nobody", status=404)
