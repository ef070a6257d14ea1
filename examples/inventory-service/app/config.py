"""The environment, read in one place."""

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError


class SettingsError(Exception):
    """The service was started with an environment it cannot run on."""


class Settings(BaseModel):
    model_config = ConfigDict(frozen=True)

    database_url: str = Field(min_length=1)
    database_pool_size: int = Field(default=10, ge=1, le=100)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Settings":
        """Reads the variables of README.md; names every faulty one at once, never its value.

        Raises SettingsError.
        """
        names = {field: field.upper() for field in cls.model_fields}
        given = {field: environment[name] for field, name in names.items() if environment.get(name)}
        try:
            return cls(**given)
        except ValidationError as error:
            faults = "; ".join(
                f"{names[str(fault['loc'][0])]}: {fault['msg']}"
                for fault in error.errors(include_input=False)
            )
            raise SettingsError(f"Unusable environment: {faults}. See README.md.") from None
