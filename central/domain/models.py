"""The model that bodies and parameters of calls extend."""

from pydantic import BaseModel, ConfigDict


class StrictModel(BaseModel):
    """Refuses a field that it does not know, so that a misspelt field is an error and not a silent default."""

    model_config = ConfigDict(extra="forbid")
