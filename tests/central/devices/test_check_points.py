"""Check points: numbered, ticked, deleted only while nothing was recorded, retired for ever."""

import pytest

from tests.builders.central import HandClock
from tests.builders.served import Central

BODY = {"name_zh": "二号闸机", "name_en": "Gate 2", "ticked": []}


async def test_a_check_point_is_listed_with_what_was_set(central: Central) -> None:
    adult = await central.add_type()
    number = await central.add_check_point([adult], zone=3, attended=True)
    (listed,) = (await central.api("GET", "/sites/1/check-points"))["items"]
    assert listed["check_point_id"] == number
    assert (listed["ticked"], listed["zone"], listed["attended"], listed["state"]) == ([adult], 3, True, "enabled")


async def test_types_sites_and_agents_must_be_there(central: Central) -> None:
    for path, body, code in (
        ("/sites/1/check-points", {**BODY, "ticked": [77]}, "input_invalid"),
        ("/sites/9/check-points", BODY, "not_found"),
        ("/sites/1/check-points", {**BODY, "agent_id": 5}, "input_invalid"),
    ):
        async with central.session.post(central.url + "/api/v1" + path, json=body, headers=central.headers) as answer:
            assert (await answer.json())["code"] == code


async def test_what_recorded_a_passage_is_retired_and_never_deleted(central: Central) -> None:
    adult = await central.add_type()
    unused, used = await central.add_check_point([adult]), await central.add_check_point([adult])
    gate = await central.enrol(used)
    gate.admit(1)
    await gate.upload()
    await central.api("DELETE", f"/check-points/{unused}", status=204)
    await central.api("DELETE", f"/check-points/{used}", status=409)
    retired = await central.api("PATCH", f"/check-points/{used}", {"version": 0, "state": "retired"})
    assert retired["state"] == "retired"
    await central.api("PATCH", f"/check-points/{used}", {"version": 1, "ticked": []}, status=409)
    gate.close()


async def test_an_amendment_keeps_the_ticks_that_it_does_not_name(central: Central) -> None:
    adult = await central.add_type()
    number = await central.add_check_point([adult], zone=3)
    amended = await central.api("PATCH", f"/check-points/{number}", {"version": 0, "name_en": "North"})
    assert (amended["name_en"], amended["ticked"], amended["zone"], amended["version"]) == ("North", [adult], 3, 1)


async def test_a_change_reaches_the_gates_through_the_feed(central: Central) -> None:
    adult = await central.add_type()
    number = await central.add_check_point([adult])
    gate = await central.enrol(number)
    await gate.refresh()
    await central.api("PATCH", f"/check-points/{number}", {"version": 0, "state": "disabled", "ticked": []})
    await gate.refresh_until(lambda one: one.cache.feed is not None and not one.cache.feed.check_points[one.check_point].ticked)
    gate.close()


@pytest.mark.parametrize("path", ["/agents", "/sites/1/check-points", "/alarms", "/admissions", "/conflicts"])
async def test_no_one_reads_without_signing_in(central: Central, path: str) -> None:
    async with central.session.get(central.url + "/api/v1" + path) as answer:
        assert (await answer.json())["code"] == "sign_in_required"


async def test_an_agent_is_listed_with_what_it_last_said(central: Central, clock: HandClock) -> None:
    gate = await central.enrol(await central.add_check_point([await central.add_type()]))
    (before,) = (await central.api("GET", "/agents"))["items"]
    assert (before["freshness"], before["feed_version"], before["last_head_at"]) == ("locked", 0, None)
    await gate.refresh()
    await gate.upload()
    (live,) = (await central.api("GET", "/agents"))["items"]
    assert (live["freshness"], live["duty"], live["feed_version"] > 0) == ("live", "open", True)
    clock.advance(seconds=1000)
    (away,) = (await central.api("GET", "/agents"))["items"]
    assert away["freshness"] == "offline"
    gate.close()


async def test_others_are_ticked_for_the_same_types_one_by_one_or_by_group(central: Central) -> None:
    adult, child = await central.add_type(), await central.add_type()
    source, named, grouped, other = [await central.add_check_point(ticked) for ticked in ([adult, child], [child], [], [adult])]
    await central.api("PUT", "/setting-groups/check-point/east", {"version": 0, "members": [str(grouped), str(source)]})
    copies = await central.api("POST", f"/check-points/{source}/ticked-copies", {"check_point_ids": [named], "groups": ["east"]})
    assert [(one["check_point_id"], one["ticked"]) for one in copies["items"]] == [
        (named, [adult, child]),
        (grouped, [adult, child]),
    ]
    listed = {one["check_point_id"]: one["ticked"] for one in (await central.api("GET", "/sites/1/check-points"))["items"]}
    assert listed == {number: [adult] if number == other else [adult, child] for number in (source, named, grouped, other)}
    for path, body in (
        ("/check-points/99/ticked-copies", {"check_point_ids": [named]}),
        (f"/check-points/{source}/ticked-copies", {"check_point_ids": [99]}),
        (f"/check-points/{source}/ticked-copies", {"groups": ["west"]}),
    ):
        await central.api("POST", path, body, status=404)


async def test_check_points_are_found_by_name_state_and_agent(central: Central) -> None:
    adult = await central.add_type()
    north = await central.add_check_point([adult], name_zh="北门一号", name_en="North 1")
    south = await central.add_check_point([adult], name_zh="南门一号", name_en="South 1", state="disabled")
    gate = await central.enrol(north)
    for query, expected in (
        ("text=北门", [north]),
        ("text=SOUTH", [south]),
        ("text=%25", []),
        ("state=disabled", [south]),
        (f"agent_id={gate.agent}", [north]),
        (f"agent_id={gate.agent}&state=disabled", []),
    ):
        found = (await central.api("GET", f"/sites/1/check-points?{query}"))["items"]
        assert [one["check_point_id"] for one in found] == expected, query
    gate.close()


async def test_agents_are_found_by_name_role_site_state_last_report_and_version(central: Central, clock: HandClock) -> None:
    adult = await central.add_type()
    first, second = [await central.enrol(await central.add_check_point([adult]), name=name) for name in ("a", "b")]
    await central.api("POST", f"/agents/{second.agent}/declare-lost", {"reason": "stolen"})

    async def found(query: str) -> list[int]:
        return [one["agent_id"] for one in (await central.api("GET", f"/agents?{query}"))["items"]]

    assert await found("state=enrolled&seen=fresh") == [first.agent]
    assert (await found("state=lost"), await found("state=revoked"), await found("site_id=2")) == ([second.agent], [], [])
    assert await found("feed_epoch=0&feed_version=0&limit=1") == [first.agent]
    assert await found("feed_version=7") == []
    assert (await found("text=A"), await found("text=%25"), await found("text=b&state=lost")) == (
        [first.agent],
        [],
        [second.agent],
    )
    assert (await found("role=gate&text=a"), await found("role=kiosk")) == ([first.agent], [])
    clock.advance(seconds=91)
    assert (await found("seen=fresh"), await found("seen=late")) == ([], [first.agent, second.agent])
    clock.advance(seconds=15 * 60)
    (one, _) = (await central.api("GET", "/agents?seen=silent"))["items"]
    assert (one["seen"], one["state"]) == ("silent", "enrolled")
    for gate in (first, second):
        gate.close()
