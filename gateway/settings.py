"""One frozen set of settings, read once from the environment (``DOELPOORT_…``); weak ones refuse."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.domain.consent_statements import ContactPoint

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Mode(StrEnum):
    """``demo`` opens the insecure door of local tokens, on loopback only; ``production`` has none."""

    DEMO = "demo"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """All settings of the gate; each is an environment variable with the prefix ``DOELPOORT_``."""

    model_config = SettingsConfigDict(env_prefix="DOELPOORT_", frozen=True, extra="ignore")

    data: Path = Field(Path("doelpoort-data"), description="Folder of the embedded store.")
    mode: Mode = Field(Mode.DEMO, description="`demo` (local tokens, loopback) or `production`.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on.")
    tenant: str = Field(
        "doelpoort", pattern="^[a-z0-9-]{1,40}$", description="Controller whose data this is."
    )
    origin: str = Field(
        "doelpoort.example/log", pattern="^[^ +]{1,200}$", description="Origin of the audit log."
    )
    root_key_file: Path | None = Field(
        None, description="File (0600) with the root key; default `root.key` in the data folder."
    )
    max_delivery_bytes: int = Field(
        300_000_000, ge=1, description="Largest delivery (levering) in bytes."
    )
    max_delivery_rows: int = Field(200_000, ge=1, description="Largest delivery in rows.")
    search_budget: int = Field(
        200, ge=1, description="Searches one matcher may do in 24 hours (against narrowing)."
    )

    public_url: str = Field(
        "https://doelpoort.example", description="Where residents reach the gate; on receipts."
    )
    contact_desk: str = Field("Toestemmingen", description="Desk that residents turn to.")
    contact_street: str = Field("Voorbeeldweg 1", description="Its street and number.")
    contact_postcode: str = Field("0000 AA", description="Its postcode.")
    contact_place: str = Field("Voorbeeldstad", description="Its place.")
    contact_email: str = Field("toestemming@doelpoort.example", description="Its e-mail address.")
    contact_phone: str = Field("000-0000000", description="Its telephone number.")

    @model_validator(mode="after")
    def _refuse_open_demo(self) -> Self:
        if self.mode is Mode.DEMO and self.host not in LOOPBACK:
            raise ValueError("demo mode listens on loopback only; set DOELPOORT_MODE=production")
        return self

    @property
    def contact(self) -> ContactPoint:
        """The desk that stands on a receipt."""
        return ContactPoint(
            self.contact_desk,
            self.contact_street,
            self.contact_postcode,
            self.contact_place,
            self.contact_email,
            self.contact_phone,
        )

    @property
    def root_key(self) -> Path:
        """Where the root key is read from."""
        return self.root_key_file or self.data / "root.key"
