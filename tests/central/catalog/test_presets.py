"""Ready-made types: each can be added without a change, and gates can decide by it."""

import pytest

from central.catalog.parameters import TicketTypeParameters
from central.catalog.presets import Preset, presets
from protocol.admission.tables import decode_ticket_types, encode_ticket_types
from tests.builders.office import Office

PRESETS = presets(1)


def test_there_is_one_for_each_common_type() -> None:
    keys = ["single", "multi-use", "annual-pass", "package", "group", "real-name", "by-code", "concession", "timed-slots"]
    assert [one.key for one in PRESETS] == keys


@pytest.mark.parametrize("preset", PRESETS, ids=lambda one: one.key)
async def test_each_is_added_as_its_answer_states_it(office: Office, preset: Preset) -> None:
    stated = TicketTypeParameters.model_validate_json(preset.parameters.model_dump_json())
    added = await office.catalog.add_ticket_type(stated, 8000, None, office.clock())
    assert added.parameters == preset.parameters
    assert decode_ticket_types(encode_ticket_types([added.rules()])) == (added.rules(),)
