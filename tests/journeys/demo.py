"""The main job as a story on simulated hardware: `make demo`.

Central on its embedded database, two enrolled gates with relay board, scanner and camera, WeChat Pay and Alipay; tickets are sold
for cash and by phone, visitors pass or are refused, a payment loses its reply, the network fails, an agent is killed between
journal and relay, and at the end all tickets and all money are accounted for.
"""

import asyncio
from collections import Counter
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from edge.local_messages import Question
from protocol.errors import PaifangError
from tests.journeys.books import Books
from tests.journeys.office import ADMIN, NEW_PASSWORD, Office, Sold
from tests.journeys.processes import ROOT, JourneyFailed, until
from tests.journeys.story import Story
from tests.journeys.till import Till
from tests.journeys.town import Gate, Town

PRICE_FEN = 8_000
ADULT, BOAT = ("成人票", "Adult"), ("游船票", "Boat ride")
PORT = 8765
app = typer.Typer(add_completion=False)


def site_day() -> date:
    """Return today at the site."""
    return datetime.now(ZoneInfo("Asia/Shanghai")).date()  # noqa: TID251 - a journey happens in real time


class Demo:
    """The story's state: each visitor's ticket, and the facts that must hold for it."""

    def __init__(self, town: Town, story: Story, *, is_watched: bool = False) -> None:
        self.town = town
        self.is_watched = is_watched
        self.story = story
        self.office: Office
        self.till: Till
        self.books = Books(town.directory / "central" / "central.db")
        self.site = self.adult = self.boat = 0
        self.sold: list[Sold] = []
        self.admitted = self.refunded = self.sold_by_phone = self.bill_lines = self.bill_lines_matched = 0
        self.refused: Counter[str] = Counter()
        self.asking_why: list[tuple[str, int, str]] = []

    @property
    def east(self) -> Gate:
        return self.town.gates[0]

    @property
    def west(self) -> Gate:
        return self.town.gates[1]

    async def tell_all(self) -> None:
        await self.open_the_town()
        await self.an_ordinary_morning()
        await self.a_refund()
        await self.payments_by_phone()
        doubled = await self.the_network_fails()
        await self.the_agent_is_killed()
        await self.the_network_returns(doubled)
        await self.the_refused_ask_why()
        await self.the_bills_come()
        await self.account()

    async def open_the_town(self) -> None:
        story = self.story
        story.chapter("1. The town opens")
        story.tell(f"central serves on {self.town.base_url}; its first start printed a one-time password and made its keys")
        self.office = self.town.office()
        await self.town.bank.start()
        await self.office.sign_in(self.town.password)
        await self.town.bank.opened()
        for group, values in (await self.town.bank.parameters(self.town.base_url)).items():
            await self.office.set_parameters(group, values)
        self.till = Till(self.office, self.town.bank)
        self.site = await self.office.add_site()
        self.adult = await self.office.add_ticket_type(self.site, ADULT, PRICE_FEN, claim="never")
        self.boat = await self.office.add_ticket_type(self.site, BOAT, PRICE_FEN, claim="never")
        east = await self.office.add_check_point(self.site, ("东门", "East gate"), [self.adult])
        west = await self.office.add_check_point(self.site, ("西门", "West gate"), [self.adult])
        out = await self.office.add_check_point(self.site, ("西门出口", "West exit"), [self.adult], "exit")
        await self.town.add_gates(self.office, self.site, [("east gate", east, None), ("west gate", west, out)])
        await self.all_current()
        story.tell("two gates enrolled, each with a key of its own, relay board, scanner and camera; both hold the signed feed")
        story.tell(
            "WeChat Pay and Alipay are set up in the parameters: central knows them without a restart, their keys are sealed"
        )
        if self.is_watched:
            story.tell(f"watch it in a browser: {self.town.base_url}/console/ as {ADMIN} with {NEW_PASSWORD}")
            await story.begin_when_ready()

    async def an_ordinary_morning(self) -> None:
        self.story.chapter("2. An ordinary morning")
        family = await self.sell(3)
        await self.everyone_knows()
        for number, visitor in enumerate(family):
            await self.passes(self.east, visitor, f"visitor {number + 1} shows a QR to the scanner")
        camera = (await self.sell(1))[0]
        await self.everyone_knows()
        await self.passes(self.east, camera, "a visitor holds a phone before the camera", device="camera")
        await self.is_refused(self.east, family[0].code, "used_up", "the same ticket again")
        await self.is_refused(self.east, "https://example.com/menu", "malformed", "a visitor shows a menu's QR")
        await self.is_refused(self.east, family[1].code.lower(), "malformed", "a real code in small letters, which is none")
        flipped = family[1].code[:60] + ("B" if family[1].code[60] != "B" else "C") + family[1].code[61:]
        await self.is_refused(self.east, flipped, "forged", "a ticket with a bit of its signature changed")
        boat = (await self.office.sell(self.site, self.boat, PRICE_FEN, site_day()))[0]
        self.sold.append(boat)
        await self.everyone_knows()
        await self.is_refused(self.east, boat.code, "wrong_gate", "a boat ticket at the east gate")
        left = await self.west.lane.visit(family[0].code, device="camera", direction="exit")
        self.story.check("a visitor leaves by the west exit; an exit always opens", holds=left)
        await until("the passage to end", self.west.is_idle)

    async def a_refund(self) -> None:
        self.story.chapter("3. A refund waits for the gates")
        unused = (await self.sell(1))[0]
        await self.everyone_knows()
        await self.refund(unused)
        self.story.tell("the ticket was made void, both gates journalled the new feed, and only then the money went out")
        await self.is_refused(self.west, unused.code, "void", "the refunded ticket")

    async def payments_by_phone(self) -> None:
        self.story.chapter("4. Visitors pay by phone")
        lost = await self.order()
        state = await self.till.lose(lost, "wang")
        self.story.check(
            "WeChat charges a code, and its reply is lost: the office cannot know whether money moved",
            holds=state == "sent",
        )
        self.sold.append(await self.office.pay_in_cash(lost))
        self.story.tell("the visitor pays in cash instead; what became of the lost payment is not forgotten")
        shown = await self.till.by_wechat_qr(await self.order(), "zhang")
        self.story.tell("a visitor scans a WeChat QR and pays: WeChat tells central, and the ticket is there")
        charged = await self.till.by_alipay_code(await self.order(), "li")
        self.story.tell("the seller scans the Alipay code on a visitor's phone")
        self.sold += [shown, charged]
        self.sold_by_phone += 2
        await self.everyone_knows()
        await self.passes(self.east, charged, "the visitor who paid by Alipay shows the ticket")
        await self.refund(shown)
        await until("WeChat to have given the money back", self.nothing_is_owed)
        self.story.tell("the WeChat ticket is refunded the way it was paid, once both gates knew that it is void")

    async def nothing_is_owed(self) -> bool:
        return self.books.balance_fen("owed") == 0

    async def the_network_fails(self) -> Sold:
        self.story.chapter("5. The network fails")
        visitors = await self.sell(4)
        refunded = (await self.sell(1))[0]
        await self.everyone_knows()
        await self.refund(refunded)
        for gate in self.town.gates:
            gate.cable.cut()
        self.story.tell("the cables of both gates are cut")
        await self.passes(self.east, visitors[0], "visitors still pass at the east gate")
        await self.passes(self.west, visitors[1], "and at the west gate")
        await self.is_refused(self.east, refunded.code, "void", "a ticket refunded before the cut")
        await self.passes(self.east, visitors[2], "a ticket at the east gate")
        await self.passes(self.west, visitors[2], "a copy of it at the west gate: the gates cannot reach each other")
        self.visitor_of_the_kill = visitors[3]
        return visitors[2]

    async def the_agent_is_killed(self) -> None:
        self.story.chapter("6. The power fails between journal and relay")
        gate, visitor = self.east, self.visitor_of_the_kill
        released = await gate.lane.released()
        before = (await gate.ask(Question.STATUS))["journal"]["sequence"]
        await gate.lane.tell("board_power", on=False)
        await gate.lane.show(visitor.code)

        async def journalled() -> bool:
            return bool((await gate.ask(Question.STATUS))["journal"]["sequence"] > before)

        await until("the admission in the journal", journalled)
        await gate.program.kill()
        await gate.lane.tell("board_power", on=True)
        self.story.tell("the admission is in the journal, the relay has not switched, the agent is dead (SIGKILL)")
        self.story.check("the arm did not open", holds=await gate.lane.released() == released)
        await gate.start()
        self.story.tell("the agent is back, offline, with its journal and its cache")
        await self.passes(gate, visitor, "the visitor shows the ticket again and is let through: resumed, not counted twice")

    async def the_network_returns(self, doubled: Sold) -> None:
        self.story.chapter("7. The network returns")
        for gate in self.town.gates:
            gate.cable.mend()
        await self.all_current()
        conflicts = await self.office.all_of("/api/v1/conflicts")
        self.story.check("everything arrived, and the double entry is shown as a conflict", holds=len(conflicts) == 1)
        conflict = conflicts[0]
        self.story.check("it names the copied ticket", holds=conflict["ticket_id"] == doubled.ticket_id)
        places = {conflict["passage"]["check_point"]["id"], conflict["first"]["check_point"]["id"]}
        self.story.tell(f"both passages stand as facts, at check points {sorted(places)}; the earlier is the admission")

    async def the_refused_ask_why(self) -> None:
        self.story.chapter("8. Why did the gate not open?")
        for code, check_point, reason in self.asking_why:
            answer = await self.office.why(code, check_point)
            self.story.check(f"{answer['sentence_zh']} {answer['sentence_en']}", holds=answer["reason"] == reason)

    async def the_bills_come(self) -> None:
        self.story.chapter("9. The institutions' bills")
        await self.till.lost_is_reversed()
        reversed_ = await self.till.reversed_at_the_bank()
        self.story.check("the payment that was lost has been reversed: the payer has the money back", holds=reversed_ == 1)
        self.bill_lines, self.bill_lines_matched = lines, matched = await self.till.match_bills()
        self.story.check("the day's bills are matched line by line, as on the next morning", holds=0 < lines == matched)

    async def account_for_money(self) -> None:
        story, books, by_phone = self.story, self.books, PRICE_FEN * (self.sold_by_phone - 1)
        came = books.into_fen("cash") + books.into_fen("clearing")
        went = books.out_of_fen("cash") + books.out_of_fen("clearing")
        in_cash = len(self.sold) - self.sold_by_phone - (self.refunded - 1)
        story.count("cash in the drawer, fen", books.balance_fen("cash"), PRICE_FEN * in_cash)
        story.count("held for us by WeChat Pay and Alipay, fen", books.balance_fen("clearing"), by_phone)
        story.count("spent by those who paid by phone, as their banks say, fen", await self.town.bank.spent_fen(), by_phone)
        story.count("fen in = fen out + sales", came, went - books.balance_fen("sales"))
        story.count("payments reversed", len(await self.office.all_of("/api/v1/payments", "state=reversed")), 1)
        story.count("lines of the institutions' bills, each matched", self.bill_lines_matched, self.bill_lines)
        open_ = await self.office.all_of("/api/v1/reconciliation/differences", "state=open")
        story.count("differences about money that are open", len(open_), 0)

    async def account(self) -> None:
        records = await self.office.all_of("/api/v1/admissions")
        entries = [one for one in records if one["direction"] == "entry" and one["kind"] != "resume"]
        resumed = [one for one in records if one["kind"] == "resume"]
        keys = {(one["agent"]["id"], one["journal_id"], one["sequence"]) for one in records}
        released = sum([await gate.lane.released() for gate in self.town.gates])
        unsent = sum([(await gate.ask(Question.STATUS))["journal"]["unsent"] for gate in self.town.gates])
        uploaded = self.books.refusals()
        story = self.story
        story.count("tickets sold", await self.office.tickets_sold(), len(self.sold))
        await self.account_for_money()
        story.count("visitors admitted (arms released for entry)", released - 1, self.admitted)
        story.count("admissions at central", len(entries), self.admitted)
        story.count("resumed after the power cut", len(resumed), 1)
        story.count("exits at central", len([one for one in records if one["direction"] == "exit"]), 1)
        for reason, expected in sorted(self.refused.items()):
            story.count(f"refused: {reason}", uploaded[reason], expected)
        story.count("records that arrived twice", len(records) - len(keys), 0)
        story.count("journal entries not uploaded", unsent, 0)
        story.count("conflicts", len(await self.office.all_of("/api/v1/conflicts")), 1)
        story.count("lost", self.admitted - len(entries), 0)
        story.finish()

    async def sell(self, quantity: int) -> list[Sold]:
        """Sell adult tickets for today at the window."""
        sold = await self.office.sell(self.site, self.adult, PRICE_FEN, site_day(), quantity)
        self.sold.extend(sold)
        self.story.tell(f"{quantity} ticket{'s' if quantity > 1 else ''} sold for cash, {PRICE_FEN * quantity / 100:.2f} yuan")
        return sold

    async def order(self) -> int:
        """Make an order of one adult ticket that waits for its money."""
        return await self.office.hold(self.site, self.adult, PRICE_FEN, site_day())

    async def passes(self, gate: Gate, visitor: Sold, what: str, device: str = "scanner") -> None:
        """Let a visitor show a ticket and go through."""
        released = await gate.lane.visit(visitor.code, device=device)
        self.admitted += released
        self.story.check(f"{what}: the arm opens", holds=released)
        await until("the passage to end", gate.is_idle)

    async def is_refused(self, gate: Gate, code: str, reason: str, what: str) -> None:
        """Let a visitor show a code that must not open the arm."""
        before = await gate.refusals()

        async def answered() -> bool:
            return await gate.refusals() > before

        released = await gate.lane.released()
        await gate.lane.show(code)
        await until("the gate's answer", answered)
        opened = await gate.lane.released() > released
        said = (await gate.ask(Question.STATUS))["lanes"][0]["last"]
        self.refused[reason] += 1
        self.asking_why.append((code, gate.entry, reason))
        self.story.check(f"{what}: refused, {said}", holds=not opened and said == reason)

    async def all_current(self) -> None:
        """Wait until every gate holds central's present feed, and central holds all journal entries of the gates."""
        for gate in self.town.gates:
            await until(f"{gate.name} to be up to date", gate.is_current)

    async def everyone_knows(self) -> None:
        """Wait until every gate holds the tickets just sold."""
        for gate in self.town.gates:
            for sold in self.sold[-4:]:
                await until(f"{gate.name} to know the ticket", partial(gate.knows, sold.ticket_id))

    async def refund(self, sold: Sold) -> None:
        """Refund a ticket, and wait until the fence is open and the money is paid."""
        refund_id = await self.office.refund(sold)

        async def paid() -> bool:
            return bool((await self.office.refund_state(refund_id))["state"] == "paid")

        await until("the refund to be paid", paid)
        self.refunded += 1


async def tell(directory: Path, *, stay: bool) -> None:
    """Run the story; raise JourneyFailed where a result is wrong."""
    story = Story()
    async with Town(directory, PORT if stay else 0) as town:
        await Demo(town, story, is_watched=stay).tell_all()
        story.chapter("Every visitor, every ticket and every fen is accounted for.")
        if stay:
            story.tell(f"central keeps serving: {town.base_url}/console/ as {ADMIN} with {NEW_PASSWORD}; end with Ctrl-C")
            await asyncio.Event().wait()


@app.command()
def run(
    stay: Annotated[bool, typer.Option(help="Keep serving afterwards.")] = False,  # noqa: FBT002 - typer options are plain arguments
    directory: Annotated[Path, typer.Option(help="Where everything is kept; emptied first.")] = ROOT / "var" / "demo",
) -> None:
    """Run the whole path as a story, on simulated hardware."""
    try:
        asyncio.run(tell(directory, stay=stay))
    except (JourneyFailed, PaifangError) as error:
        typer.echo(f"demo: {error}; what the parts printed is in {directory}", err=True)
        raise typer.Exit(1) from error


if __name__ == "__main__":
    app()
