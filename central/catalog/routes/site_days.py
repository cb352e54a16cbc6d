"""The parameters of a list that is narrowed by site and business days."""

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from central.catalog.parameters import SiteNumber
from central.catalog.site_days import EARLIEST_DAY, LATEST_DAY, SiteDays
from central.domain.field_messages import unfit
from central.domain.messages import DAYS_REVERSED
from central.domain.pagination import PageQuery

_Day = Annotated[date, Field(ge=EARLIEST_DAY, le=LATEST_DAY)]


class SiteDaysQuery(PageQuery):
    """A field that is left out does not restrict. Days are the site's business days, both included."""

    site_id: SiteNumber | None = None
    first_day: _Day | None = None
    last_day: _Day | None = None

    @model_validator(mode="after")
    def _days_in_order(self) -> "SiteDaysQuery":
        if self.first_day is not None and self.last_day is not None and self.first_day > self.last_day:
            raise unfit(DAYS_REVERSED.of())
        return self

    def site_days(self) -> SiteDays:
        """Return the filter as services take it."""
        return SiteDays(self.site_id, self.first_day, self.last_day)
