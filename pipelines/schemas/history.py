"""History: accounting movements, from FEC files or ours (art. 4)."""

from datetime import date
from typing import Annotated

import polars as pl

from pipelines.schemas import LandingModel, text, value

Amount = Annotated[pl.Decimal, 18, 2]


class Movements(LandingModel):
    """One row per accounting line."""

    client_id: str = text("Client who keeps the books")
    dossier_id: str = text("Dossier the line belongs to")
    movement_id: str = text("Key of the line within its dossier, made by the reader from the line's own content")
    journal_code: str = text("Journal")
    entry_number: str = text("Entry number as the file gives it")
    entry_key: str = text("What tells entries apart in this dossier, chosen by the reader")
    line_number: int = value("Line within its entry or file", ge=0)
    entry_on: date = value("EcritureDate; it alone decides the year (R13)")
    account: str = text("Account")
    auxiliary_account: str = text("Auxiliary account", nullable=True)
    debit: Amount = value("Debit")
    credit: Amount = value("Credit")
    piece: str = text("Reference of the supporting piece", nullable=True)
    piece_on: date = value("Date of the piece", nullable=True)
    lettering: str = text("Lettering", nullable=True)
    lettered_on: date = value("Date of lettering", nullable=True)
    validated_on: date = value("ValidDate; empty: not validated", nullable=True)
    label: str = text("EcritureLib", nullable=True)
    size_bytes: int = value("Bytes of the line in its file, line end included", ge=0)
