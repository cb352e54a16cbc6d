"""What a visitor shows or says, as bodies of calls state it."""

from typing import Annotated

from pydantic import Field, field_validator

from central.domain.field_messages import unfit
from central.domain.models import StrictModel
from central.domain.texts import PRINTABLE
from central.sales.messages import DOCUMENT_NUMBER_WRONG
from protocol.errors import InputError
from protocol.holders import MAX_NUMBER_CHARACTERS, Document, DocumentType, normalised

MOST_CHARACTERS = 512


class DocumentBody(StrictModel):
    """A document as a reader has read it, or as a person has typed it."""

    document_type: DocumentType
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$", description="ISO 3166 alpha-2")] = "CN"
    number: Annotated[str, Field(min_length=1, max_length=MAX_NUMBER_CHARACTERS)]

    @field_validator("number")
    @classmethod
    def _is_a_number(cls, number: str) -> str:
        try:
            return normalised(number)
        except InputError as error:
            raise unfit(DOCUMENT_NUMBER_WRONG.of(most=MAX_NUMBER_CHARACTERS)) from error

    def stated(self) -> Document:
        """Return the document as services take it."""
        return Document(self.document_type, self.country, self.number)


class ShownFields(StrictModel):
    """What a visitor shows or says: a text as it was scanned or typed, or a document."""

    text: Annotated[str | None, Field(min_length=1, max_length=MOST_CHARACTERS, pattern=PRINTABLE)] = None
    document: DocumentBody | None = None
