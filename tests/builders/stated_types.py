"""Ticket types as people state them to central in JSON: the reverse of `TicketTypeParameters.stated`."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import date, time
from typing import Any

from protocol.admission.check_codec import check_to_value
from protocol.admission.policy import Check, TicketTypeRules, TimeOfDay, TimeSlot, options
from protocol.identifiers import SiteId, TicketTypeId

SLOT = {"start": "10:00:00", "minutes": 60}
_HOUR_S, _MINUTE_S = 3600, 60


def type_body(one: TicketTypeRules, sites: Mapping[SiteId, SiteId], types: Mapping[TicketTypeId, TicketTypeId]) -> dict[str, Any]:
    """Return the parameters of a ticket type; `sites` and `types` map the numbers of the ticket type to central's."""
    checks = [check for right in one.entitlements for option in options(right.policy) for check in option]
    return {
        "name_zh": one.name_zh,
        "name_en": one.name_en,
        "entitlements": [
            {
                "ticket_type": None if right.ticket_type == one.ticket_type_id else types[right.ticket_type],
                "sites": sorted(sites[site] for site in right.sites),
                "always": _stated(right.policy.always),
                "alternatives": [_stated(alternative) for alternative in right.policy.alternatives],
            }
            for right in one.entitlements
        ],
        "slots": [SLOT] if any(isinstance(check, TimeSlot) for check in checks) else [],
        "claim": one.claim.value,
        "unseen_allowed": one.unseen_allowed,
        "autonomy_s": one.autonomy_s,
    }


def _stated(checks: Iterable[Check]) -> list[dict[str, Any]]:
    return [_check(check) for check in checks]


def _check(check: Check) -> dict[str, Any]:
    name = check_to_value(check)["check"]
    if isinstance(check, TimeOfDay):
        return {"check": name, "first": _local_time(check.first_s), "last": _local_time(check.last_s)}
    return {"check": name, **{one.name: _plain(getattr(check, one.name)) for one in fields(check)}}


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return sorted(map(_plain, value), key=str) if isinstance(value, frozenset) else value


def _local_time(seconds: int) -> str:
    return time(seconds // _HOUR_S, seconds % _HOUR_S // _MINUTE_S, seconds % _MINUTE_S).isoformat()
