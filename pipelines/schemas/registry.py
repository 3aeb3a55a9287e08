"""Registry: what exists, so that what no log mentions is still asked for."""

from datetime import date

import pandera.polars as pa

from pipelines.schemas import LandingModel, text, value

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
        str_matches=r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$",
        description="Closing day of every fiscal year, MM-DD",
    )
    fiscal_year_from: date = value("First day of this fiscal year", nullable=True)
    fiscal_year_until: date = value("Last day of this fiscal year", nullable=True)
