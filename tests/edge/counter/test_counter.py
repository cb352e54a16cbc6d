"""A counter as its page meets it: a whole agent, simulated devices on their wires, a real WebSocket."""

from base64 import b64encode

import numpy as np
import pytest
import zxingcpp
from structlog.testing import capture_logs

from central.faces.drawing.raster import as_bilevel_png
from edge.devices.ports import DeviceFault
from hardware_sims.id_cards import IdCard, invented_number
from hardware_sims.printer import PrinterFault
from protocol.errors import InputError
from protocol.sync.answers import Revoked
from tests.builders.agent import now, until
from tests.builders.counter import CounterRig, devices_of
from tests.builders.journal import AGENT

pytestmark = pytest.mark.real_time

CARD = IdCard(invented_number(1))
CODE = "PF1KRUGKIDROVUWG2ZAMJZG653OEBTG66BANJ2W24DTEBXXMZLSEB2GQZJANRQXU6JAMRXWOLQ"
LINES = ["景区门票", "成人票 ￥80.00"]


async def test_the_page_is_told_of_every_device_in_two_languages(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        devices = devices_of(page.heard[-1])
        assert [(one["name"], one["kind"], one["said_zh"], one["said_en"]) for one in devices] == [
            ("scanner-1", "scanner", "正常", "ready"),
            ("card-reader-1", "card-reader", "正常", "ready"),
            ("printer-1", "printer", "正常", "ready"),
            ("lamps-1", "lamps", "正常", "ready"),
        ]
        assert [one["opens_drawer"] for one in devices] == [False, False, True, False]
        rig.printer.faults.add(PrinterFault.PAPER_OUT)
        while (printer := devices_of(await page.hear("devices"))[2])["state"] != "fault":
            pass
        assert printer["printer_state"] == "paper out"
        assert printer["said_zh"] == "打印机缺纸，请装入新纸卷"
        assert "put a new roll in" in str(printer["said_en"])
        rig.wires["scanner"].unplug()
        while (scanner := devices_of(await page.hear("devices"))[0])["state"] != "fault":
            pass
        assert scanner["said_zh"] == "扫码枪没有应答，请检查电源和连线"
        rig.wires["scanner"].plug()


@pytest.mark.law(9)
async def test_a_scan_and_a_card_reach_the_page_and_nothing_else(rig: CounterRig, token: str) -> None:
    with capture_logs() as logged:
        async with rig.holding(token) as page:
            rig.scanner.show(CODE.encode())
            assert (await page.hear("scan"))["text"] == CODE
            rig.scanner.clear()
            rig.reader.lay_on(CARD)
            assert await page.hear("card") == {
                "type": "card",
                "device": "card-reader-1",
                "name": CARD.name,
                "number": CARD.number,
                "document_type": "resident-id",
                "country": "CN",
                "born": "1950-01-01",
                "region": "990101",
            }
    await rig.stop()
    kept = b"".join(path.read_bytes() for path in rig.directory.iterdir() if path.is_file() and not path.is_symlink())
    for text in (CARD.name, CARD.number, CODE):
        assert text not in repr(logged)
        assert text.encode() not in kept


async def test_what_is_read_while_no_page_holds_the_devices_is_dropped(rig: CounterRig, token: str) -> None:
    async with rig.holding(token):
        pass
    for reads, card in enumerate((CARD, IdCard(invented_number(2))), 1):
        rig.reader.lay_on(card)
        await until(lambda reads=reads: rig.reader.reads == reads)  # type: ignore[misc]  # mypy: a default in a lambda
        rig.reader.lift()
    async with rig.holding(token) as page:
        rig.scanner.show(b"later")
        await page.hear("scan")
        assert CARD.number not in [said.get("number") for said in page.heard], "it was handed on before the second one was read"


async def test_lines_and_a_code_are_printed_and_the_page_is_told(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        await page.say("print", id="sale-1", lines=LINES, code=CODE)
        await page.hear("printed", id="sale-1")
        (sheet,) = rig.printer.printed
        assert [line for line in sheet.lines if line] == LINES
        assert [found.text for found in zxingcpp.read_barcodes(sheet.picture())] == [CODE]


async def test_a_ticket_of_central_comes_out_dot_for_dot(rig: CounterRig, token: str) -> None:
    ink = np.random.default_rng(1).random((900, 571)) < 0.3
    async with rig.holding(token) as page:
        await page.say("print", id="sale-1", printer="printer-1", png=b64encode(as_bilevel_png(ink, 203)).decode())
        await page.hear("printed", id="sale-1")
        (sheet,) = rig.printer.printed
        assert np.array_equal(sheet.picture()[24:-24, :571] == 0, ink)
        assert rig.printer.pulses == []


@pytest.mark.parametrize("fields", [{"png": "AAAA"}, {"lines": ["x"], "printer": "printer-2"}])
async def test_what_cannot_be_printed_is_said(rig: CounterRig, token: str, fields: dict[str, object]) -> None:
    async with rig.holding(token) as page:
        await page.say("print", id="sale-1", **fields)
        assert (await page.hear("print_failed", id="sale-1"))["outcome"] == "nothing"
        assert rig.printer.printed == []


async def test_a_repeated_print_prints_once_whether_it_waits_or_is_done_or_the_page_came_again(
    rig: CounterRig, token: str
) -> None:
    async with rig.holding(token) as page:
        for _ in range(3):
            await page.say("print", id="sale-1", lines=LINES)
        await page.hear("printed", id="sale-1")
        await page.say("print", id="sale-1", lines=LINES)
        await page.hear("printed", id="sale-1")
        await page.say("print", id="sale-2", lines=["for a page that is gone"])
    async with rig.holding(token) as page:
        await page.say("print", id="sale-2", lines=["for a page that is gone"])
        await page.hear("printed", id="sale-2")
    await rig.stop()
    await rig.start()
    async with rig.holding(token) as page:
        await page.say("print", id="sale-1", lines=LINES)
        await page.hear("printed", id="sale-1")
    assert len(rig.printer.printed) == 2


async def test_an_id_is_of_one_sheet(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        await page.say("print", id="sale-1", lines=LINES)
        await page.hear("printed", id="sale-1")
        await page.say("print", id="sale-1", lines=["another"])
        assert "another sheet" in str((await page.hear("print_failed", id="sale-1"))["said_en"])
        await page.say("print", id="sale-2", png="AAAA")
        await page.hear("print_failed", id="sale-2")
        await page.say("print", id="sale-2", lines=["drawn again"])
        await page.hear("printed", id="sale-2")
    assert [sheet.lines[0] for sheet in rig.printer.printed] == [LINES[0], "drawn again"]


async def test_without_paper_nothing_is_printed_and_the_same_id_prints_later(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        rig.printer.faults.add(PrinterFault.PAPER_OUT)
        await page.say("print", id="sale-1", lines=LINES)
        failed = await page.hear("print_failed", id="sale-1")
        assert (failed["outcome"], failed["state"]) == ("nothing", "paper out")
        assert failed["said_zh"] == "打印机缺纸，请装入新纸卷；没有打印"
        rig.printer.mend()
        await page.say("print", id="sale-1", lines=LINES)
        await page.hear("printed", id="sale-1")
        assert len(rig.printer.printed) == 1


async def test_a_printer_unplugged_within_a_sheet_leaves_an_unknown_outcome_that_is_never_printed_again(
    rig: CounterRig, token: str
) -> None:
    async with rig.holding(token) as page:
        rig.printer.paper_lines = 3
        await page.say("print", id="sale-1", lines=["a long sheet"] * 50)
        await until(lambda: PrinterFault.PAPER_OUT in rig.printer.faults)
        await rig.tcp.unplug()
        assert (await page.hear("print_failed", id="sale-1"))["outcome"] == "unknown"
        rig.printer.power_cycle()
        rig.printer.mend()
        await rig.tcp.plug()
        while devices_of(await page.hear("devices"))[2]["state"] != "ready":
            pass
        await page.say("print", id="sale-1", lines=["a long sheet"] * 50)
        again = await page.hear("print_failed", id="sale-1")
        assert again["outcome"] == "unknown"
        assert again["said_zh"] == "这张上次打印时中断，请看是否已出票"
        await page.say("print", id="sale-1b", lines=["a new one"])
        await page.hear("printed", id="sale-1b")
        texts = [line for sheet in rig.printer.printed for line in sheet.lines]
        assert texts.count("a new one") == 1
        assert texts.count("a long sheet") <= 3


async def test_an_agent_that_dies_within_a_sheet_does_not_print_it_again(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        rig.printer.paper_lines = 3
        await page.say("print", id="sale-1", lines=["a long sheet"] * 50)
        await until(lambda: PrinterFault.PAPER_OUT in rig.printer.faults)
        await rig.stop()
    rig.printer.power_cycle()
    rig.printer.mend()
    await rig.start()
    async with rig.holding(token) as page:
        await page.say("print", id="sale-1", lines=["a long sheet"] * 50)
        assert (await page.hear("print_failed", id="sale-1"))["outcome"] == "unknown"


async def test_the_drawer_opens_and_where_it_cannot_the_page_is_told(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        await page.say("open_drawer", id="sale-1")
        await page.hear("drawer_opened", id="sale-1")
        await until(lambda: rig.printer.pulses == [5])
        await rig.tcp.unplug()
        while devices_of(await page.hear("devices"))[2]["state"] != "fault":
            pass
        await page.say("open_drawer", id="sale-2")
        assert "not connected" in str((await page.hear("drawer_failed", id="sale-2"))["said_en"])
        await rig.tcp.plug()
    assert rig.printer.pulses == [5]


async def test_the_lamps_show_a_sign(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        before = len(rig.lamps.commands)
        await page.say("lamps", sign="go")
        await until(lambda: len(rig.lamps.commands) > before)
        assert rig.lamps.relays.contacts[0]


async def test_the_newest_page_wins_and_the_old_one_is_told(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as old, rig.holding(token) as new:
        assert await old.until_closed() == "replaced"
        assert old.heard[-1] == {"type": "refused", "reason": "replaced"}
        rig.scanner.show(b"for the new one")
        assert (await new.hear("scan"))["text"] == "for the new one"
        assert "scan" not in [said["type"] for said in old.heard]


async def test_an_agent_that_starts_again_knows_its_page(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        await rig.stop()
        assert await page.until_closed() == ""
    await rig.start()
    async with rig.holding(token) as page:
        await page.say("print", id="1", lines=["again"])
        await page.hear("printed", id="1")


async def test_a_printer_s_mistake_ends_nothing_else(rig: CounterRig, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(*_: object) -> None:
        raise DeviceFault("printer-1: it is gone; check its cable")

    monkeypatch.setattr("edge.devices.drivers.escpos_printer.EscPosPrinter.print", fails)
    async with rig.holding(token) as page:
        await page.say("print", id="1", lines=["x"])
        failed = await page.hear("print_failed", id="1")
        assert (failed["outcome"], failed["said_en"]) == ("unknown", "printer-1: it is gone; check its cable")
        rig.scanner.show(b"still read")
        await page.hear("scan")
    assert "请看是否已出票" in str(failed["said_zh"])


async def test_a_revoked_agent_serves_no_page(rig: CounterRig, token: str) -> None:
    async with rig.holding(token) as page:
        rig.office.revoked = Revoked(AGENT, False, now())
        assert await page.until_closed() == "unpaired"
    async with rig.page() as page:
        await page.say("hello", version=1, token=token)
        assert await page.until_closed() == "not-paired"
    with pytest.raises(InputError, match="revoked"):
        await rig.code()
