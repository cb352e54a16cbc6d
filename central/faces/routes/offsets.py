"""Offsets of printers over HTTP."""

from typing import Annotated

from pydantic import Field

from central.devices.routes import AgentPath
from central.domain.models import InFull, Version
from central.domain.names import AgentName
from central.domain.pagination import Page, PageQuery, from_cursor, page_from
from central.domain.problems import ProblemCode
from central.domain.texts import PRINTABLE
from central.domain.versions import Versioned
from central.domain.views import View
from central.faces.offsets import PrinterOffset
from central.faces.routes.prints import PRINTER_OFFSETS, OffsetMm
from central.identity.permissions import Permission
from central.web.operations import Call, Route


class PrinterOffsetsQuery(PageQuery, AgentPath):
    """Which agent's printers."""


class PrinterPath(AgentPath):
    """Which printer of an agent."""

    name: Annotated[str, Field(min_length=1, max_length=40, pattern=PRINTABLE, description="Name of the printer at its agent.")]


class PrinterOffsetBody(InFull):
    """How far all that the printer prints is moved."""

    version: Version
    x_mm: Annotated[OffsetMm, Field(description="To the right, in mm.")]
    y_mm: Annotated[OffsetMm, Field(description="Down, in mm.")]


class PrinterOffsetView(Versioned, View):
    """How far all that a printer prints is moved."""

    kind_of_subject, named_by = "printer-offset", ("agent", "name")

    agent: Annotated[AgentName, Field(description="Agent that the printer is connected to.")]
    name: Annotated[str, Field(description="Name of the printer at its agent.")]
    x_mm: Annotated[float, Field(description="To the right, in mm.")]
    y_mm: Annotated[float, Field(description="Down, in mm.")]


@Route("GET", "/api/v1/agents/{agent_id}/printer-offsets", Permission.DEVICES_READ, problems=(ProblemCode.NOT_FOUND,))
async def list_printer_offsets(call: Call[None, PrinterOffsetsQuery]) -> Page[PrinterOffsetView]:
    """List the offsets of an agent's printers, the oldest first."""
    asked = call.parameters
    found = await call.request.app[PRINTER_OFFSETS].of_agent(asked.agent_id, from_cursor(asked.after), asked.one_more)
    return page_from(found, asked, lambda one: (one.offset_id,), PrinterOffsetView.of)


@Route(
    "PUT",
    "/api/v1/agents/{agent_id}/printer-offsets/{name}",
    Permission.DEVICES_EDIT,
    problems=(ProblemCode.NOT_FOUND, ProblemCode.VERSION_CONFLICT),
)
async def set_printer_offset(call: Call[PrinterOffsetBody, PrinterPath]) -> PrinterOffsetView:
    """Set how far all that a printer prints is moved."""
    asked, said = call.parameters, call.body
    wanted = PrinterOffset(0, asked.agent_id, asked.name, said.x_mm, said.y_mm)
    offsets, by = call.request.app[PRINTER_OFFSETS], call.principal.user_id
    return PrinterOffsetView.of(await offsets.put(wanted, said.version, by, call.now))


OPERATIONS = (list_printer_offsets, set_printer_offset)
