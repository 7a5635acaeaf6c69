"""One frozen set of settings, read once from the environment (``DOELPOORT_…``); weak ones refuse."""

from enum import StrEnum
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from gateway.domain.consent_statements import ContactPoint
from gateway.domain.keys import RootKind

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class Mode(StrEnum):
    """``demo`` opens the insecure door of local tokens, on loopback only; ``production`` has none."""

    DEMO = "demo"
    PRODUCTION = "production"


class Settings(BaseSettings):
    """All settings of the gate; each is an environment variable with the prefix ``DOELPOORT_``."""

    model_config = SettingsConfigDict(env_prefix="DOELPOORT_", frozen=True, extra="ignore")

    data: Path = Field(
        Path("doelpoort-data"),
        description="Folder of the embedded store, the root key and the guard.",
    )
    database_url: SecretStr | None = Field(
        None,
        description="PostgreSQL database (`postgresql://…`) instead of the embedded store; keep the "
        "password in a `PGPASSFILE`.",
    )
    database_owner_url: SecretStr | None = Field(
        None,
        description="The same database as its owner, for `init`, `doelpoort db`, `backup` and `restore`.",
    )
    database_readers: int = Field(
        4, ge=1, le=64, description="Connections, and threads, that read from PostgreSQL at once."
    )
    mode: Mode = Field(Mode.DEMO, description="`demo` (local tokens, loopback) or `production`.")
    host: str = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(8000, ge=0, le=65_535, description="Port to listen on.")
    tenant: str = Field(
        "doelpoort", pattern="^[a-z0-9-]{1,40}$", description="Controller whose data this is."
    )
    origin: str = Field(
        "doelpoort.example/log", pattern="^[^ +]{1,200}$", description="Origin of the audit log."
    )
    root: RootKind = Field(
        RootKind.FILE, description="Where the root key is: `file`, `secret`, `transit` or `hsm`."
    )
    root_key_file: Path | None = Field(
        None, description="File (0600) with the root key; default `root.key` in the data folder."
    )
    root_secret: SecretStr | None = Field(
        None, description="The root key itself, 64 hexadecimal digits, for `secret`."
    )
    root_secret_file: Path | None = Field(
        None, description="File with it, for `secret` where it should not be in the environment."
    )
    root_secret_next: SecretStr | None = Field(
        None, description="The root key to move to, where `secret` follows `secret`."
    )
    transit_url: str = Field("", description="Address of OpenBao or Vault, for `transit`.")
    transit_key: str = Field(
        "doelpoort",
        pattern="^[A-Za-z0-9_-]{1,100}$",
        description="Name of the Transit key (an AEAD type).",
    )
    transit_token_file: Path | None = Field(
        None, description="File with its token, read at each use."
    )
    hsm_module: Path | None = Field(None, description="PKCS#11 library, for `hsm`.")
    hsm_token: str = Field("doelpoort", description="Label of the PKCS#11 token.")
    hsm_key: str = Field("doelpoort-root", description="Label of the AES-256 key on it.")
    hsm_pin_file: Path | None = Field(None, description="File with the token's PIN.")
    max_delivery_bytes: int = Field(
        300_000_000, ge=1, description="Largest delivery (levering) in bytes."
    )
    max_delivery_rows: int = Field(200_000, ge=1, description="Largest delivery in rows.")
    intake_folder: Path | None = Field(
        None, description="Folder that is watched for deliveries while serving."
    )
    intake_still_seconds: float = Field(
        5.0, ge=0, description="How long a file there must lie still before it is taken."
    )
    search_budget: int = Field(
        200, ge=1, description="Searches one matcher may do in 24 hours (against narrowing)."
    )

    log_guard: Path | None = Field(
        None,
        description="File that remembers the last signed head, best on another disk than the data "
        "and outside its backups; default `guard/head` in the data folder.",
    )
    log_waiting: int = Field(
        4_096, ge=1, description="Entries that may wait for the log; beyond that 503."
    )
    log_wait_seconds: float = Field(
        10.0, gt=0, description="Longest wait for the log's answer; after that 503."
    )
    log_check_rate: int = Field(
        200, ge=0, description="Stored entries re-checked every second while serving; 0 is none."
    )
    log_minimum: int = Field(
        0, ge=0, description="Place below which the log is pruned: shown and exported no more."
    )
    log_yearly: bool = Field(
        default=False,
        description="Whether the daily round (`retention run`) turns the log to a new shard, with an "
        "origin and a key of its own, on its first run in a new year.",
    )
    witness_name: str = Field(
        "doelpoort.example/witness",
        pattern="^[^ +]{1,200}$",
        description="Name under which this gate cosigns the logs of others.",
    )
    witness_policy: Path | None = Field(
        None, description="Witnesses of this log with their addresses (C2SP tlog-policy file)."
    )
    witness_seconds: int = Field(
        30, ge=1, description="How often the witnesses are asked while serving."
    )
    timestamp_url: str = Field("", description="RFC 3161 timestamp authority; empty is none.")
    timestamp_roots: Path | None = Field(
        None, description="Its root certificates (PEM); without them no timestamp is asked."
    )
    timestamp_seconds: int = Field(
        86_400, ge=1, description="How often the newest head is timestamped while serving."
    )

    public_url: str = Field(
        "https://doelpoort.example", description="Where residents reach the gate; on receipts."
    )
    machines: Path | None = Field(
        None, description="File (JSON) that names partners' systems with their public keys."
    )
    access_sets: Path | None = Field(
        None, description="Folder of policy sets (YAML) that the decision point answers for too."
    )
    logbook_url: str = Field(
        "",
        description="OTLP/HTTP address of a Logboek Dataverwerkingen (`…/v1/traces`) that is told each "
        "processing action from then on; empty: none.",
    )
    logbook_token_file: Path | None = Field(
        None, description="File with the bearer token for that logbook."
    )
    oidc_issuer: str = Field(
        "", description="Identity provider (OpenID Connect issuer) for the screens; empty: none."
    )
    oidc_client_id: str = Field("doelpoort", description="How the provider knows this gate.")
    oidc_client_secret_file: Path | None = Field(
        None, description="File with the secret that it gave this gate."
    )
    oidc_strong_acr: str = Field(
        "urn:etoegang:core:assurance-class:loa3",
        description="`acr` values, with spaces between, that let a worker see a BSN.",
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

    @model_validator(mode="after")
    def _refuse_open_logbook(self) -> Self:
        address = urlsplit(self.logbook_url)
        plain = address.scheme == "http" and address.hostname in LOOPBACK
        if self.logbook_url and address.scheme != "https" and not plain:
            raise ValueError("logbook_url is https, or http on loopback")
        return self

    @model_validator(mode="after")
    def _refuse_open_provider(self) -> Self:
        address = urlsplit(self.oidc_issuer)
        plain = address.scheme == "http" and address.hostname in LOOPBACK
        if self.oidc_issuer and address.scheme != "https" and not plain:
            raise ValueError("oidc_issuer is https, or http on loopback")
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
    def guard_file(self) -> Path:
        """Where the log's guard keeps its mark."""
        return self.log_guard or self.data / "guard" / "head"

    @property
    def root_key(self) -> Path:
        """Where the root key is read from."""
        return self.root_key_file or self.data / "root.key"
