"""Registry: what exists, so that what no log mentions is still asked for."""

from datetime import date

import pandera.polars as pa

from pipelines.schemas import LandingModel, text, value

# A day that some year has: 02-30 is a typing error, and which other day it stands for cannot be told.
_CLOSING_DAY = r"^((0[13578]|1[02])-(0[1-9]|[12]\d|3[01])|(0[469]|11)-(0[1-9]|[12]\d|30)|02-(0[1-9]|[12]\d))$"
KINDS = ("production", "preproduction", "test", "training")


class Environments(LandingModel):
    """One row per environment (one client's instance of the service)."""

    environment_id: str = text("Key of the environment")
    client_id: str = text("Client who uses it")
    client_name: str = text("Name of the client, for people", nullable=True)
    contract_id: str = text("Contract that binds the provider for it")
    kind: str = text("Only production is judged (art. 6)", allowed=KINDS)
    opened_on: date = value("First civil day on which the contract holds")
    closed_on: date = value("First civil day that no longer counts", nullable=True)


class Dossiers(LandingModel):
    """One row per dossier of a client, or per fiscal year of a dossier where years are given one by one."""

    client_id: str = text("Client (often an accounting practice)")
    dossier_id: str = text("One firm's books; a client may keep one SIREN twice")
    siren: str = text("SIREN of the firm", nullable=True)
    fiscal_year_end: str = pa.Field(
        nullable=True,
        str_matches=_CLOSING_DAY,
        description="Closing day of every fiscal year, MM-DD",
    )
    fiscal_year_from: date = value("First day of this fiscal year", nullable=True)
    fiscal_year_until: date = value("Last day of this fiscal year", nullable=True)


class RejectedDossiers(LandingModel):
    """One row per rejected row of dossiers in one reading of a file, or per file refused whole: what of it can be read."""

    client_id: str = text("Client; null: cannot be told", nullable=True)
    dossier_id: str = text("Dossier; null: cannot be told", nullable=True)
    fiscal_year_from: str = text("First day of its fiscal year, as written", nullable=True)
    fiscal_year_until: str = text("Last day of its fiscal year, as written", nullable=True)
    rule: str = text("Rule the row breaks")
    column: str = text("Column that breaks it", nullable=True)
    value: str = value("Value seen", nullable=True)
