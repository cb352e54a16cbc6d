"""Where central keeps personal preferences, so that they follow a person from computer to computer.

Laws: a person reads and sets the own ones only; they are replaced as a whole, from the version that was read; each change is
audited by the names of its fields, as every edit is. Of saved views the record has no values: they are long, they say nothing of
the office, and a person may have typed anything into their names.
"""

from central.audit import versions
from central.audit.rules.changes import changes_between
from central.audit.versions import Edit
from central.domain.messages import NO_SITE
from central.domain.problems import ProblemCode, wrong_field
from central.identity.menus import SHIPPED as SHIPPED_MENU
from central.identity.rules.preferences import SHIPPED, Preferences, fault_of, read, written
from central.store.tables.catalog import SiteRow
from central.store.tables.people import PreferencesRow
from central.store.unit_of_work import Store
from protocol.instants import Instant

SUBJECT_KIND = "preferences"
_PAGES = frozenset(page.key for group in SHIPPED_MENU for page in group.pages)


class PreferencesOfPeople:
    """Keeps what each person prefers."""

    def __init__(self, store: Store) -> None:
        """Take the store."""
        self._store = store

    async def of_person(self, user_id: int) -> Preferences:
        """Return a person's preferences."""
        async with self._store.reading() as work:
            return _in_force(await work.session.get(PreferencesRow, user_id))

    async def put(self, wanted: Preferences, seen: int, by: int, now: Instant) -> Preferences:
        """Replace the own preferences; Problem where they do not fit, or were changed since version `seen`."""
        fault = fault_of(wanted, _PAGES)
        if fault is not None:
            raise wrong_field(ProblemCode.INPUT_INVALID, *fault)
        subject = f"{SUBJECT_KIND}:{by}"
        async with self._store.transaction() as work:
            await versions.claim(work, subject, seen)
            site_id = wanted.default_site_id
            if site_id is not None and await work.session.get(SiteRow, site_id) is None:
                raise wrong_field(ProblemCode.INPUT_INVALID, "default_site_id", NO_SITE.of(site_id=site_id))
            row = await work.session.get(PreferencesRow, by)
            changes = changes_between(_in_force(row), wanted, hidden=("views",))
            row = row or PreferencesRow(user_id=by, stated="", changed_at=now)
            row.stated, row.changed_at = written(wanted), now
            work.session.add(row)
            await versions.record(work, now, by, Edit(subject, "preferences.change", changes))
        return wanted


def _in_force(row: PreferencesRow | None) -> Preferences:
    return SHIPPED if row is None else read(row.stated, _PAGES)
