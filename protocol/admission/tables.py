"""The small tables of the feed as bytes: ticket types with their policies, check points, the site's rules.

Laws: deterministic CBOR; a reader refuses a value that it cannot read, except a check of a later version, which becomes
`UnknownCheck`: the gate then calls staff for that type and still serves the others.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import TypeVar

from protocol import cbor
from protocol.admission.check_codec import check_to_value, policy_from_value
from protocol.admission.policy import (
    CheckPoint,
    CheckPointState,
    Claim,
    Entitlement,
    SiteRules,
    TicketTypeRules,
    WalkInRule,
)
from protocol.directions import Direction
from protocol.errors import InputError
from protocol.identifiers import U16_MAX, U32_MAX, CheckPointId, EntitlementId, SiteId, TicketTypeId

TICKET_TYPES = "products"
CHECK_POINTS = "check-points"
SITE_RULES = "site-rules"
MAX_TICKET_TYPES = 10_000
MAX_ENTITLEMENTS = 64
MAX_CHECK_POINTS = 10_000
MAX_WALK_IN_RULES = 256
MAX_REGIONS = 256
MAX_NAME_CHARACTERS = 200
MAX_AGE = 150
MAX_AUTONOMY_S = 30 * 24 * 3600

Row = TypeVar("Row")


def encode_ticket_types(ticket_types: Iterable[TicketTypeRules]) -> bytes:
    """Return the table of ticket types, by id."""
    return cbor.encode(
        [_ticket_type_to_value(ticket_type) for ticket_type in sorted(ticket_types, key=lambda p: p.ticket_type_id)]
    )


def decode_ticket_types(data: bytes) -> tuple[TicketTypeRules, ...]:
    """Read the table of ticket types; raise InputError where it is malformed."""
    return _rows(data, TICKET_TYPES, MAX_TICKET_TYPES, _ticket_type_from_value)


def encode_check_points(check_points: Iterable[CheckPoint]) -> bytes:
    """Return the table of check points, by id."""
    ordered = sorted(check_points, key=lambda point: point.check_point_id)
    return cbor.encode([_check_point_to_value(point) for point in ordered])


def decode_check_points(data: bytes) -> tuple[CheckPoint, ...]:
    """Read the table of check points; raise InputError where it is malformed."""
    return _rows(data, CHECK_POINTS, MAX_CHECK_POINTS, _check_point_from_value)


def encode_site_rules(rules: SiteRules) -> bytes:
    """Return the site's rules."""
    return cbor.encode(
        {
            "site": rules.site,
            "zone_name": rules.zone_name,
            "capacity": rules.capacity,
            "unseen_per_hour": rules.unseen_per_hour,
            "walk_in_rules": [_walk_in_to_value(rule) for rule in rules.walk_in_rules],
        }
    )


def decode_site_rules(data: bytes) -> SiteRules:
    """Read the site's rules; raise InputError where they are malformed."""
    names = {"site", "zone_name", "capacity", "unseen_per_hour", "walk_in_rules"}
    fields = cbor.Fields(cbor.decode(data), SITE_RULES, names)
    return SiteRules(
        site=SiteId(fields.integer("site", 0, U16_MAX)),
        zone_name=fields.text("zone_name", MAX_NAME_CHARACTERS),
        capacity=None if fields.nested("capacity") is None else fields.integer("capacity", 0, U32_MAX),
        unseen_per_hour=fields.integer("unseen_per_hour", 0, U32_MAX),
        walk_in_rules=tuple(_walk_in_from_value(item) for item in fields.items("walk_in_rules", MAX_WALK_IN_RULES)),
    )


def _rows(data: bytes, table: str, most: int, read: Callable[[object], Row]) -> tuple[Row, ...]:
    value = cbor.decode(data)
    if not isinstance(value, list) or len(value) > most:
        raise InputError(f"{table}: must be a list of at most {most} rows")
    return tuple(read(item) for item in value)


def _ticket_type_to_value(ticket_type: TicketTypeRules) -> dict[str, object]:
    return {
        "product_id": ticket_type.ticket_type_id,
        "name_zh": ticket_type.name_zh,
        "name_en": ticket_type.name_en,
        "entitlements": [_entitlement_to_value(entitlement) for entitlement in ticket_type.entitlements],
        "claim": ticket_type.claim.value,
        "unseen_allowed": ticket_type.unseen_allowed,
        "autonomy_s": ticket_type.autonomy_s,
    }


def _ticket_type_from_value(item: object) -> TicketTypeRules:
    names = {"product_id", "name_zh", "name_en", "entitlements", "claim", "unseen_allowed", "autonomy_s"}
    fields = cbor.Fields(item, "product", names)
    try:
        claim = Claim(fields.text("claim"))
    except ValueError as error:
        raise InputError(f"product: {error}") from error
    return TicketTypeRules(
        ticket_type_id=TicketTypeId(fields.integer("product_id", 1, U16_MAX)),
        name_zh=fields.text("name_zh", MAX_NAME_CHARACTERS),
        name_en=fields.text("name_en", MAX_NAME_CHARACTERS),
        entitlements=tuple(_entitlement_from_value(one) for one in fields.items("entitlements", MAX_ENTITLEMENTS)),
        claim=claim,
        unseen_allowed=fields.boolean("unseen_allowed"),
        autonomy_s=fields.integer("autonomy_s", 0, MAX_AUTONOMY_S),
    )


def _entitlement_to_value(entitlement: Entitlement) -> dict[str, object]:
    return {
        "entitlement_id": entitlement.entitlement_id,
        "ticket_type": entitlement.ticket_type,
        "sites": sorted(entitlement.sites),
        "always": [check_to_value(check) for check in entitlement.policy.always],
        "alternatives": [[check_to_value(check) for check in checks] for checks in entitlement.policy.alternatives],
    }


def _entitlement_from_value(item: object) -> Entitlement:
    names = {"entitlement_id", "ticket_type", "sites", "always", "alternatives"}
    fields = cbor.Fields(item, "entitlement", names)
    return Entitlement(
        entitlement_id=EntitlementId(fields.integer("entitlement_id", 1, U16_MAX)),
        ticket_type=TicketTypeId(fields.integer("ticket_type", 1, U16_MAX)),
        sites=frozenset(SiteId(site) for site in fields.integers("sites", 0, U16_MAX)),
        policy=policy_from_value(fields),
    )


def _check_point_to_value(point: CheckPoint) -> dict[str, object]:
    return {
        "check_point_id": point.check_point_id,
        "site": point.site,
        "zone": point.zone,
        "name_zh": point.name_zh,
        "name_en": point.name_en,
        "direction": point.direction.value,
        "state": point.state.value,
        "ticked": sorted(point.ticked),
        "attended": point.attended,
        "reads_documents": point.reads_documents,
    }


def _check_point_from_value(item: object) -> CheckPoint:
    names = {
        "check_point_id",
        "site",
        "zone",
        "name_zh",
        "name_en",
        "direction",
        "state",
        "ticked",
        "attended",
        "reads_documents",
    }
    fields = cbor.Fields(item, "check point", names)
    try:
        direction = Direction(fields.text("direction"))
        state = CheckPointState(fields.integer("state", 0, max(CheckPointState)))
    except ValueError as error:
        raise InputError(f"check point: {error}") from error
    return CheckPoint(
        check_point_id=CheckPointId(fields.integer("check_point_id", 1, U32_MAX)),
        site=SiteId(fields.integer("site", 0, U16_MAX)),
        zone=fields.integer("zone", 0, U16_MAX),
        name_zh=fields.text("name_zh", MAX_NAME_CHARACTERS),
        name_en=fields.text("name_en", MAX_NAME_CHARACTERS),
        direction=direction,
        state=state,
        ticked=frozenset(TicketTypeId(ticket_type) for ticket_type in fields.integers("ticked", 1, U16_MAX)),
        attended=fields.boolean("attended"),
        reads_documents=fields.boolean("reads_documents"),
    )


def _walk_in_to_value(rule: WalkInRule) -> dict[str, object]:
    return {
        "rule_id": rule.rule_id,
        "name_zh": rule.name_zh,
        "name_en": rule.name_en,
        "minimum_age": rule.minimum_age,
        "maximum_age": rule.maximum_age,
        "regions": list(rule.regions),
        "first_day": None if rule.first_day is None else rule.first_day.toordinal(),
        "last_day": None if rule.last_day is None else rule.last_day.toordinal(),
        "check_points": sorted(rule.check_points),
    }


def _walk_in_from_value(item: object) -> WalkInRule:
    names = {"rule_id", "name_zh", "name_en", "minimum_age", "maximum_age", "regions", "first_day", "last_day", "check_points"}
    fields = cbor.Fields(item, "walk-in rule", names)
    regions = fields.items("regions", MAX_REGIONS)
    if not all(isinstance(region, str) and region for region in regions):
        raise InputError("walk-in rule: regions are texts")
    return WalkInRule(
        rule_id=fields.integer("rule_id", 1, U32_MAX),
        name_zh=fields.text("name_zh", MAX_NAME_CHARACTERS),
        name_en=fields.text("name_en", MAX_NAME_CHARACTERS),
        minimum_age=_optional(fields, "minimum_age", 0, MAX_AGE),
        maximum_age=_optional(fields, "maximum_age", 0, MAX_AGE),
        regions=tuple(str(region) for region in regions),
        first_day=_optional_day(fields, "first_day"),
        last_day=_optional_day(fields, "last_day"),
        check_points=frozenset(CheckPointId(point) for point in fields.integers("check_points", 1, U32_MAX)),
    )


def _optional(fields: cbor.Fields, name: str, low: int, high: int) -> int | None:
    return None if fields.nested(name) is None else fields.integer(name, low, high)


def _optional_day(fields: cbor.Fields, name: str) -> date | None:
    ordinal = _optional(fields, name, 1, date.max.toordinal())
    return None if ordinal is None else date.fromordinal(ordinal)
