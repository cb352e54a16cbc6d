"""The meaning of polled contacts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.devices.framing.contacts import GLITCH_S, WELDED_AFTER_S, Change, Contact, Sample

POLL_S = 0.03
REPLY_S = 0.015


def polled(pulses: list[tuple[float, float]], until_s: float, phase_s: float = 0.0, period_s: float = POLL_S) -> list[Change]:
    """The changes that polling finds at a contact that is active during `pulses`, from (begin, end) in seconds."""
    contact = Contact()
    changes: list[Change] = []
    asked_s = phase_s - 1.0
    while asked_s < until_s:
        sampled_s = asked_s + REPLY_S / 2
        active = any(begin <= sampled_s < end for begin, end in pulses)
        changes += contact.take(Sample(active, asked_s, asked_s + REPLY_S))
        asked_s += period_s
    return changes


phases = st.floats(0, POLL_S)


@given(length_s=st.floats(0.1, 0.5), phase_s=phases)
def test_every_pulse_of_a_turnstile_is_one_passage(length_s: float, phase_s: float) -> None:
    assert polled([(0.5, 0.5 + length_s)], 2.0, phase_s) == [Change.ACTIVE, Change.INACTIVE]


@given(length_s=st.floats(0, GLITCH_S), phase_s=phases, period_s=st.floats(0.016, POLL_S))
def test_no_glitch_is_a_passage_however_fast_it_is_polled(length_s: float, phase_s: float, period_s: float) -> None:
    assert polled([(0.5, 0.5 + length_s)], 2.0, phase_s, period_s) == []


@given(bounce_s=st.floats(0.001, 0.02), at_s=st.floats(0.1, 0.2), phase_s=phases)
def test_a_pulse_that_bounces_is_still_one_passage(bounce_s: float, at_s: float, phase_s: float) -> None:
    pulses = [(0.5, 0.5 + at_s), (0.5 + at_s + bounce_s, 0.9)]
    assert polled(pulses, 2.0, phase_s) == [Change.ACTIVE, Change.INACTIVE]


@given(phase_s=phases)
def test_two_people_close_behind_one_another_are_two_passages(phase_s: float) -> None:
    assert polled([(0.5, 0.7), (0.95, 1.15)], 2.0, phase_s).count(Change.ACTIVE) == 2


def test_a_contact_that_stays_active_is_welded_until_it_opens() -> None:
    assert polled([(0.5, 7.0)], 8.0) == [Change.ACTIVE, Change.WELDED, Change.UNWELDED, Change.INACTIVE]


@pytest.mark.parametrize(("end_s", "welded"), [(0.5 + WELDED_AFTER_S - 0.1, False), (0.5 + WELDED_AFTER_S + 0.2, True)])
def test_a_contact_counts_as_welded_after_its_limit(end_s: float, *, welded: bool) -> None:
    assert (Change.WELDED in polled([(0.5, end_s)], 8.0)) is welded


def test_a_contact_that_is_active_when_first_read_is_no_passage() -> None:
    assert polled([(-9.0, 0.0)], 1.0) == [Change.INACTIVE]


def test_two_glitches_on_either_side_of_an_outage_are_no_passage() -> None:
    contact = Contact()
    for asked_s in (0.0, 0.1):
        contact.take(Sample(active=False, asked_s=asked_s, answered_s=asked_s))
    contact.take(Sample(active=True, asked_s=0.2, answered_s=0.2))
    contact.interrupt()
    assert contact.take(Sample(active=True, asked_s=9.0, answered_s=9.0)) == ()
    assert contact.take(Sample(active=False, asked_s=9.03, answered_s=9.03)) == ()
    assert contact.is_active is False
