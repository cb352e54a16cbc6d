"""The conformance table at central's online call, on both databases: it gathers the facts and answers as `decide` does."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from protocol.admission.decide import decide
from tests.builders.conformance_central import Premises, is_claimable, premises
from tests.builders.conformance_numbers import moved
from tests.builders.conformance_ways import Case, Way, cases_of
from tests.builders.outcomes import ADMIT, outcome

pytestmark = pytest.mark.asyncio(loop_scope="module")
CASES = cases_of(Way.CENTRAL)


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> str:
    """The URL of a database with all tables, empty; no text for the embedded one, which central makes itself."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgresql_server").migrated_url())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(url: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Premises]:
    """One central where all cases stand."""
    async with premises(tmp_path_factory.mktemp("conformance"), url, CASES) as served:
        yield served


def named(case: Case) -> str:
    return case.id


@pytest.mark.parametrize("case", [case for case in CASES if is_claimable(case)], ids=named)
async def test_central_grants_a_claim_as_the_table_answers(case: Case, house: Premises) -> None:
    granted, reason = await house.claimed(case)
    assert (case.expected == ADMIT) == granted
    assert reason == ("" if granted else case.expected.split()[1])


@pytest.mark.parametrize("case", CASES, ids=named)
async def test_central_answers_the_table(case: Case, house: Premises) -> None:
    verdict = await house.verdict(case)
    assert outcome(verdict) == case.expected
    assert verdict == decide(moved(house.numbers, case))
