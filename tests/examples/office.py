"""The office's own affairs: parameters, the log."""

from tests.examples.teller import Teller

WORDS = {"help_text_zh": "请到窗口", "help_text_en": "Please ask at the window"}


async def story(tell: Teller) -> None:
    """The kiosk's parameters are set, and the log says who did it."""
    await tell.show("readParameterGroups")
    group = await tell.show("readParameterGroup", group="kiosk")
    values = {one["name"]: one["value"] for one in group["fields"] if one["value"] is not None}
    await tell.show("changeParameterGroup", {"version": group["version"], "values": values}, group="kiosk")
    await tell.written_down()
    await tell.show("listAuditRecords", action="parameters.change", limit=2)
    await tell.show("exportAuditRecords", format="csv", action="role")
    await tell.show("listCalls", limit=1)
    await tell.show("listFaults")
    await tell.show("verifyAuditChain")
    await tell.show("purgeAuditRecords", {"before": "2025-10-01T00:00:00+08:00"})
