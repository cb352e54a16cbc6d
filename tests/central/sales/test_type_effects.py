"""What a change of a type reaches, and what sold tickets do not allow."""

from typing import Any

import pytest

from central.catalog.after_sale import AfterSaleRules
from central.catalog.amendments import AfterSaleRulesAmendment, SaleRulesAmendment, TicketTypeAmendment
from central.catalog.parameters import TicketTypeParameters
from central.catalog.sale import SaleRules
from central.catalog.ticket_type import TicketType
from central.sales.rules.type_effects import Effect, Reach, Sold, contradiction, effects
from protocol.identifiers import TicketTypeId

NOTHING, SOME, INACTIVE, HELD = Sold(0, 0, 0), Sold(3, 0, 0), Sold(0, 2, 0), Sold(0, 0, 1)
SLOT_CHECK = {"check": "time-slot", "minutes_before": 0, "minutes_after": 0}


def stated(**parameters: Any) -> TicketTypeParameters:  # noqa: ANN401 - JSON as people state it
    said = {"name_zh": "成人票", "name_en": "Adult", "entitlements": [{"sites": [1]}], **parameters}
    return TicketTypeParameters.model_validate(said)


def of(price_fen: int = 8000, **parameters: Any) -> TicketType:  # noqa: ANN401 - see above
    return TicketType(TicketTypeId(1), stated(**parameters), price_fen, is_on_sale=True)


@pytest.mark.parametrize(
    ("after", "reached"),
    [
        (of(), ()),
        (of(9000), (Effect("price_fen", Reach.LATER_SALES),)),
        (of(name_en="Grown-up"), (Effect("name_en", Reach.SCREENS),)),
        (of(claim="never"), (Effect("claim", Reach.SOLD_TICKETS),)),
        (of(validity={"kind": "days-from-visit", "days": 2}), (Effect("validity", Reach.LATER_ACTIVATIONS),)),
        (
            of(entitlements=[{"sites": [1], "always": [{"check": "total-uses", "most": 1}]}], is_real_name=True),
            (Effect("entitlements", Reach.SOLD_TICKETS), Effect("is_real_name", Reach.LATER_SALES)),
        ),
    ],
)
def test_a_change_says_what_each_field_reaches(after: TicketType, reached: tuple[Effect, ...]) -> None:
    assert effects(of(), after) == reached


@pytest.mark.parametrize(
    ("after", "sold", "field"),
    [
        (stated(entitlements=[{"sites": [1]}, {"sites": [1]}]), SOME, "entitlements"),
        (stated(entitlements=[{"sites": [1, 2]}]), INACTIVE, "entitlements"),
        (stated(entitlements=[{"sites": [2]}]), HELD, "entitlements"),
        (stated(entitlements=[{"sites": [1], "ticket_type": 2}]), SOME, "entitlements"),
        (stated(entitlements=[{"sites": [2]}]), NOTHING, None),
        (stated(entitlements=[{"sites": [1], "always": [{"check": "total-uses", "most": 1}]}]), SOME, None),
        (stated(activation={}, unseen_allowed=False), SOME, None),
        (stated(activation={}, unseen_allowed=False), INACTIVE, "activation"),
        (stated(activation={}, unseen_allowed=False), HELD, "activation"),
        (stated(name_en="Grown-up", is_real_name=True), SOME, None),
    ],
)
def test_what_contradicts_what_is_out_is_refused(after: TicketTypeParameters, sold: Sold, field: str | None) -> None:
    fault = contradiction(stated(), after, sold)
    assert (fault and fault.field) == field


def test_every_parameter_has_an_effect_and_can_be_amended() -> None:
    assert set(TicketTypeAmendment.model_fields) == set(TicketTypeParameters.model_fields)
    assert set(SaleRulesAmendment.model_fields) == set(SaleRules.model_fields)
    assert set(AfterSaleRulesAmendment.model_fields) == set(AfterSaleRules.model_fields)
    for amends, states in (
        (TicketTypeAmendment, TicketTypeParameters),
        (SaleRulesAmendment, SaleRules),
        (AfterSaleRulesAmendment, AfterSaleRules),
    ):
        for name, field in amends.model_fields.items():
            if name not in {"sale", "after_sale"}:
                stands = states.model_fields[name]
                assert (field.annotation, field.metadata) == (stands.annotation, stands.metadata), name
