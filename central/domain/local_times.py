"""Times by the site's own clock, as models take them: RFC 3339 without a zone, which is the site's."""

from datetime import datetime, time
from typing import Annotated, TypeVar

from pydantic import AfterValidator, WithJsonSchema

from central.domain.field_messages import MESSAGES, unfit

_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]{1,6})?)?"
_LOCAL = "local, without a zone"
_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"

LocalT = TypeVar("LocalT", time, datetime)


def _without_zone(said: LocalT) -> LocalT:
    if said.tzinfo is not None:
        raise unfit(MESSAGES["timezone_naive"].of())
    return said


LocalTime = Annotated[
    time,
    AfterValidator(_without_zone),
    WithJsonSchema({"type": "string", "pattern": f"^{_TIME}$", "description": _LOCAL, "examples": ["09:00:00"]}),
]
LocalMoment = Annotated[
    datetime,
    AfterValidator(_without_zone),
    WithJsonSchema(
        {"type": "string", "pattern": f"^{_DAY}T{_TIME}$", "description": _LOCAL, "examples": ["2026-05-10T09:00:00"]}
    ),
]
