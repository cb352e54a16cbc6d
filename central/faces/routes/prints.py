"""Prints over HTTP: a ticket as a printer's dots, and samples of faces."""

from base64 import b64encode
from enum import IntEnum
from typing import Annotated

from aiohttp import web
from pydantic import BaseModel, Field, model_validator

from central.devices.routes import AgentNumber
from central.domain.field_messages import unfit
from central.domain.models import StrictModel
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.faces.drawing.raster import Print
from central.faces.messages import PRINTER_BY_BOTH
from central.faces.offsets import MOST_OFFSET_MM, PrinterOffsets
from central.faces.printing import Printing
from central.faces.rules.facts import SampleLanguage
from central.faces.template import Template
from central.identity.permissions import Permission
from central.issuing.tickets import id_from_text
from central.issuing.views import TicketPath
from central.web.calls import REQUEST_ID
from central.web.middleware import REQUEST_ID_HEADER
from central.web.operations import Call, Route, StreamRoute

PRINTING: web.AppKey[Printing] = web.AppKey("printing", Printing)
PRINTER_OFFSETS: web.AppKey[PrinterOffsets] = web.AppKey("printer_offsets", PrinterOffsets)
PNG = "image/png"
OffsetMm = Annotated[float, Field(ge=-MOST_OFFSET_MM, le=MOST_OFFSET_MM, allow_inf_nan=False)]


class Resolution(IntEnum):
    """Dots per inch of a printer: 8 or 12 a millimetre."""

    DPI_203 = 203
    DPI_300 = 300


class PrintQuery(TicketPath):
    """Which ticket, and which printer."""

    dpi: Annotated[Resolution, Field(description="Dots per inch of the printer.")] = Resolution.DPI_203
    agent_id: Annotated[AgentNumber | None, Field(description="Agent of the printer, whose stored offset applies.")] = None
    printer: Annotated[str | None, Field(min_length=1, max_length=40, pattern=PRINTABLE, description="Name of the printer.")] = (
        None
    )
    x_mm: Annotated[OffsetMm | None, Field(description="Moves all to the right, in mm; null: the printer's offset.")] = None
    y_mm: Annotated[OffsetMm | None, Field(description="Moves all down, in mm; null: the printer's offset.")] = None

    @model_validator(mode="after")
    def _whole_printer(self) -> "PrintQuery":
        if (self.agent_id is None) != (self.printer is None):
            raise unfit(PRINTER_BY_BOTH.of())
        return self


class FacePreviewBody(StrictModel):
    """A face, which need not be stored, and how to show it."""

    template: Annotated[Template, Field(description="Paper and elements.")]
    dpi: Annotated[Resolution, Field(description="Dots per inch of the printer.")] = Resolution.DPI_203
    language: Annotated[SampleLanguage, Field(description="Language of the sample's values.")] = SampleLanguage.ZH


class FacePreviewView(BaseModel):
    """A sample print."""

    png: Annotated[str, Field(description="PNG of one bit a dot, in Base64.")]
    width_px: Annotated[int, Field(description="Width, in dots.")]
    height_px: Annotated[int, Field(description="Height, in dots.")]
    cut_elements: Annotated[list[int], Field(description="Elements, counted from 0, whose text had no room and was cut.")]


@StreamRoute(
    "GET",
    "/api/v1/tickets/{ticket_id}/print",
    Permission.SALES_READ,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.TICKET_STATE),
    media_types=(PNG,),
)
async def read_ticket_print(call: Call[None, PrintQuery]) -> web.StreamResponse:
    """Read a ticket as the dots of a printer: a PNG of one bit a dot, of exactly round(mm / 25.4 * dpi) dots on either side."""
    asked = call.parameters
    x_mm, y_mm = 0.0, 0.0
    if asked.agent_id is not None and asked.printer is not None:
        x_mm, y_mm = await call.request.app[PRINTER_OFFSETS].of_printer(asked.agent_id, asked.printer)
    x_mm = x_mm if asked.x_mm is None else asked.x_mm
    y_mm = y_mm if asked.y_mm is None else asked.y_mm
    how = Print(int(asked.dpi), x_mm, y_mm)
    made = await call.request.app[PRINTING].print_ticket(id_from_text(asked.ticket_id), how, call.now)
    return web.Response(body=made.png, content_type=PNG, headers={REQUEST_ID_HEADER: call.request[REQUEST_ID]})


@Route("POST", "/api/v1/faces/previews", Permission.CATALOG_READ)
async def preview_face(call: Call[FacePreviewBody, None]) -> FacePreviewView:
    """Show a face with a sample's values, marked as a sample; its code opens no gate, and nothing is stored."""
    said = call.body
    made = await call.request.app[PRINTING].preview(said.template, Print(int(said.dpi), is_sample=True), said.language)
    return FacePreviewView(
        png=b64encode(made.png).decode("ascii"),
        width_px=made.width_px,
        height_px=made.height_px,
        cut_elements=list(made.cut_elements),
    )


OPERATIONS = (read_ticket_print, preview_face)
