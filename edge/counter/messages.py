"""What the page at a counter and the agent on its computer say to each other, as JSON texts on a WebSocket. Pure.

The page connects to `ws://127.0.0.1:<port>/counter`. It says `pair` with a one-time code once, later `hello` with the token
that it got; these two keep their form in every version. The agent answers a `pair` with `paired`, and then, as to a `hello`,
with `devices`. From then on the page holds the devices, until another page says `hello`: then it is told `refused` with
`replaced`, and waits for a person before it says `hello` again. The id of a `print` is the page's own, a UUID for example: the
page repeats a `print` with the same id until it has an answer, and no sheet comes out twice. The drawer waits while a sheet is
printed, so a page opens it first.

Laws: this module is the one description (`schema` returns it as JSON Schema); an unknown type, field or version is refused; what
is a person's, a secret or a code is shown by no `repr` and by no complaint (law 9).
"""

from enum import StrEnum
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from edge.devices.ports import DeviceState, PrinterState, Sign
from protocol.errors import InputError
from protocol.holders import DocumentType

VERSION = 1
PATH = "/counter"
MAX_MESSAGE_BYTES = 512 * 1024
MAX_PNG_CHARACTERS = 480 * 1024
MAX_LINES, MAX_LINE_CHARACTERS = 200, 200
MAX_CODE_CHARACTERS = 400

PrintId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="The page's own number of an order to the agent.")]
DeviceName = Annotated[str, Field(min_length=1, max_length=40, description="Name of a device, as `devices` tells it.")]
Version = Annotated[int, Field(description="Version of these messages that the page speaks.")]
Line = Annotated[str, Field(max_length=MAX_LINE_CHARACTERS)]
SaidZh = Annotated[str, Field(description="What happened and what to do, in Chinese, for staff.")]
SaidEn = Annotated[str, Field(description="What happened and what to do, in English, for staff.")]


class _Message(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


class Pair(_Message):
    """The first words of a page that has no token."""

    type: Literal["pair"] = "pair"
    version: Version
    code: str = Field(max_length=16, repr=False, description="The one-time code that `paifang edge counter pair` shows.")


class Hello(_Message):
    """The first words of a paired page: it takes the devices."""

    type: Literal["hello"] = "hello"
    version: Version
    token: str = Field(max_length=100, repr=False, description="The token of `paired`.")


class Print(_Message):
    """One sheet: lines, with a QR code below them or none; or dots."""

    type: Literal["print"] = "print"
    id: PrintId
    printer: DeviceName | None = Field(default=None, description="Null: the first printer.")
    lines: list[Line] = Field(default=[], max_length=MAX_LINES, repr=False, description="Lines of text.")
    code: str = Field(
        default="", max_length=MAX_CODE_CHARACTERS, pattern=r"^[ -~]*$", repr=False, description="Text of a QR code, ASCII."
    )
    png: str = Field(
        default="",
        max_length=MAX_PNG_CHARACTERS,
        repr=False,
        description="Dots: a PNG of one bit a dot as readTicketPrint gives it, in Base64. Then there are no lines and no code.",
    )

    @model_validator(mode="after")
    def _one_content(self) -> "Print":
        if bool(self.png) == bool(self.lines or self.code):
            raise ValueError("either dots, or lines and a code")
        return self


class OpenDrawer(_Message):
    """Open the cash drawer."""

    type: Literal["open_drawer"] = "open_drawer"
    id: PrintId


class Lamps(_Message):
    """Show a sign by the lamps and the buzzer of the counter."""

    type: Literal["lamps"] = "lamps"
    sign: Annotated[Sign, Field(strict=False, description="The sign.")]


class DeviceKind(StrEnum):
    """The kinds of devices of a counter."""

    SCANNER = "scanner"
    CARD_READER = "card-reader"
    PRINTER = "printer"
    LAMPS = "lamps"


class DeviceView(_Message):
    """One device and how it is."""

    name: DeviceName
    kind: DeviceKind
    state: DeviceState = Field(description="Whether it can be used.")
    printer_state: PrinterState | None = Field(description="What the printer's sensors report; null for other devices.")
    opens_drawer: bool = Field(description="Whether the cash drawer hangs on this printer.")
    said_zh: SaidZh
    said_en: SaidEn


class Devices(_Message):
    """All devices: the answer to `hello`, and told again whenever the state of one has changed."""

    type: Literal["devices"] = "devices"
    version: Version = VERSION
    devices: list[DeviceView] = Field(description="The devices, in the order of the settings.")


class Paired(_Message):
    """The page is paired: it keeps the token."""

    type: Literal["paired"] = "paired"
    token: str = Field(repr=False, description="What the page proves itself by from now on. It is told once.")


class Scan(_Message):
    """A code that was shown to a scanner."""

    type: Literal["scan"] = "scan"
    device: DeviceName
    text: str = Field(repr=False, description="What the code says.")


class Card(_Message):
    """An ID card that was laid on a reader. The page keeps it in memory only."""

    type: Literal["card"] = "card"
    device: DeviceName
    name: str = Field(repr=False, description="Name on the card; empty where the chip's bytes are no text.")
    number: str = Field(repr=False, description="Number of the document.")
    document_type: DocumentType = Field(repr=False, description="Kind of the document.")
    country: str = Field(repr=False, description="Country that issued the document, ISO 3166 alpha-2.")
    born: str | None = Field(repr=False, description="Day of birth, as 2001-12-31; null where the card has none.")
    region: str = Field(repr=False, description="First six digits of the number, where they are a region's; else empty.")


class Outcome(StrEnum):
    """What is known of a sheet that was not confirmed."""

    NOTHING = "nothing"  # nothing came out: the page may repeat it, with the same id
    UNKNOWN = "unknown"  # it may have come out: a person looks; this id is not printed again


class Printed(_Message):
    """The printer confirms the sheet."""

    type: Literal["printed"] = "printed"
    id: PrintId


class PrintFailed(_Message):
    """The printer does not confirm the sheet."""

    type: Literal["print_failed"] = "print_failed"
    id: PrintId
    outcome: Outcome = Field(description="What is known of the sheet.")
    state: PrinterState = Field(description="What the printer's sensors report.")
    said_zh: SaidZh
    said_en: SaidEn


class DrawerOpened(_Message):
    """The pulse was sent. Whether the drawer has opened cannot be seen."""

    type: Literal["drawer_opened"] = "drawer_opened"
    id: PrintId


class DrawerFailed(_Message):
    """The pulse was not sent."""

    type: Literal["drawer_failed"] = "drawer_failed"
    id: PrintId
    said_zh: SaidZh
    said_en: SaidEn


class RefusedFor(StrEnum):
    """Why the agent ends a connection; the text of the closing frame, too."""

    VERSION = "version"  # the page speaks another version: load it again
    NOT_PAIRED = "not-paired"  # no such token: pair this page
    CODE = "code"  # no such code, or it is over: ask for a new one
    MALFORMED = "malformed"
    TOO_FAST = "too-fast"
    TOO_SLOW = "too-slow"  # the page did not read what it was told: it cannot be told this either, and finds itself cut off
    REPLACED = "replaced"  # another page holds the devices now
    UNPAIRED = "unpaired"  # this computer's pages were unpaired


class Refused(_Message):
    """The last words before the agent ends the connection."""

    type: Literal["refused"] = "refused"
    reason: RefusedFor = Field(description="Why.")


FromPage = Pair | Hello | Print | OpenDrawer | Lamps
ToPage = Paired | Devices | Scan | Card | Printed | PrintFailed | DrawerOpened | DrawerFailed | Refused
_FROM_PAGE: TypeAdapter[FromPage] = TypeAdapter(Annotated[FromPage, Field(discriminator="type")])
_TO_PAGE: TypeAdapter[ToPage] = TypeAdapter(Annotated[ToPage, Field(discriminator="type")])
TYPES_FROM_PAGE = tuple(one.model_fields["type"].default for one in get_args(FromPage))


def read(text: str) -> FromPage:
    """Read a message of the page; raise InputError, which shows nothing of it, where it is none."""
    try:
        return _FROM_PAGE.validate_json(text)
    except (ValidationError, UnicodeError) as error:
        places = (
            error.errors(include_input=False, include_context=False, include_url=False)
            if isinstance(error, ValidationError)
            else ()
        )
        said = "; ".join(f"{'.'.join(str(part) for part in one['loc'])}: {one['type']}" for one in places[:3])
        raise InputError(f"not a message of version {VERSION} ({said}); the types are {', '.join(TYPES_FROM_PAGE)}") from None


def write(message: ToPage) -> str:
    """Return a message to the page as text."""
    return message.model_dump_json()


def schema() -> dict[str, object]:
    """Return both directions as JSON Schema."""
    return {"from_page": _FROM_PAGE.json_schema(), "to_page": _TO_PAGE.json_schema(mode="serialization"), "version": VERSION}
