"""History: accounting movements, from FEC files or ours (art. 4), and what each FEC file told about itself."""

from datetime import date
from decimal import Decimal
from typing import Annotated

import polars as pl

from pipelines.schemas import LandingModel, text, value

Amount = Annotated[pl.Decimal, 18, 2]
Total = Annotated[pl.Decimal, 24, 2]
# A line of a thousand billion or more is a typing error, whatever its currency; sums of ten billion smaller ones still fit.
TOO_LARGE = Decimal(10**12)
# An EcritureDate of another year is a typing error (0018 for 2018), and would be the first to be named for a purge.
FIRST_YEAR, LAST_YEAR = 1900, 2199


class Movements(LandingModel):
    """One row per accounting line."""

    client_id: str = text("Client who keeps the books")
    dossier_id: str = text("Dossier the line belongs to")
    movement_id: int = value(
        "Key of the line within its dossier: 64 bits of a digest of the line's own content"
    )
    entry_id: int = value(
        "64 bits of a digest of dossier, journal, number and date: the entry as R14 tells it"
    )
    journal_code: str = text("Journal")
    entry_number: str = value("Entry number as the file gives it; empty where it gives none")
    line_number: int = value(
        "Line within its entry; of FEC lines, which bear none: the how-manieth of equal lines", ge=0
    )
    entry_on: date = value("EcritureDate; it alone decides the year (R13)")
    account: str = text("Account")
    auxiliary_account: str = text("Auxiliary account", nullable=True)
    debit: Amount = value("Debit")
    credit: Amount = value("Credit")
    piece: str = text("Reference of the supporting piece", nullable=True)
    piece_on: date = value("Date of the piece", nullable=True)
    lettering: str = text("Lettering", nullable=True)
    lettering_id: int = value(
        "64 bits of a digest of account, auxiliary account and lettering; null: not lettered", nullable=True
    )
    lettered_on: date = value("Date of lettering", nullable=True)
    validated_on: date = value("ValidDate; empty: not validated", nullable=True)
    is_unclear: bool = value(
        "Its account cannot be told to be no open item's, or its lettering cannot be understood"
    )
    label: str = text("EcritureLib", nullable=True)
    journal_label: str = text("JournalLib", nullable=True)
    account_label: str = text("CompteLib", nullable=True)
    auxiliary_label: str = text("CompAuxLib", nullable=True)
    currency_amount: str = text("Montantdevise, as written", nullable=True)
    currency: str = text("Idevise", nullable=True)
    size_bytes: int = value("Bytes of the line in its file, line end included", ge=0)


class UnreadableMovements(LandingModel):
    """One row per rejected accounting line of one version of a file: what of it can be read, so that its entry is kept."""

    file_ref: str = text("SHA-256 of the file's plain bytes")
    client_id: str = text("Client who keeps the books")
    dossier_id: str = text("Dossier the line belongs to")
    journal_code: str = value("Journal; empty where it cannot be told")
    entry_number: str = value("Entry number; empty where it cannot be told")
    entry_on: date = value("EcritureDate where it can be read", nullable=True)
    lettering_id: int = value(
        "64 bits of a digest of account, auxiliary account and lettering; null: not lettered, or unknown",
        nullable=True,
    )
    is_lettering_unknown: bool = value("Its fields cannot be told apart: it may be lettered with anything")
    rule: str = text("Rule the line breaks")
    size_bytes: int = value("Bytes of the line in its file, line end included", ge=0)


class PurgedMovements(LandingModel):
    """One row per accounting line that a purge certificate says was purged."""

    certificate_id: str = text("SHA-256 of the sorted list that was purged")
    client_id: str = text("Client who kept the books")
    dossier_id: str = text("Dossier the line belonged to")
    movement_id: int = value("Key of the line within its dossier")
    purged_on: date = value("Day on which the certificate was registered")


class FecFiles(LandingModel):
    """One row per version of a FEC file: how it is written and what it holds."""

    file_ref: str = text("SHA-256 of the file's plain bytes")
    file_name: str = text("Name of the file, without folders")
    client_id: str = text("Client")
    dossier_id: str = text("Dossier")
    encoding: str = text("Character set the bytes speak for")
    has_byte_order_mark: bool = value("Starts with a byte-order mark")
    separator: str = text("tab, pipe or the character")
    line_end: str = text("LF, CRLF, CR or mixed")
    columns: int = value("Fields of the header, empty last ones included", ge=0)
    layout: str = text("Amounts as debit_credit or montant_sens", allowed=("debit_credit", "montant_sens"))
    is_cash_layout: bool = value("Has the columns of cash books (BNC): DateRglt, ModeRglt, NatOp")
    entry_key: str = text("Entry key that leaves the fewest unbalanced entries")
    name_siren: str = text("What stands before FEC in the name", nullable=True)
    name_closing_on: date = value("Closing date the name gives", nullable=True)
    rows: int = value("Lines below the header", ge=0)
    rows_unreadable: int = value("Lines that were rejected", ge=0)
    entries: int = value("Distinct journal, number and date", ge=0)
    entries_unbalanced: int = value("Of these, those that do not balance", ge=0)
    key_entries: int = value("Entries by the entry key chosen", ge=0)
    key_entries_unbalanced: int = value("Of these, those that do not balance", ge=0)
    debit: Total = value("Sum of Debit")
    credit: Total = value("Sum of Credit")
    first_on: date = value("First EcritureDate", nullable=True)
    last_on: date = value("Last EcritureDate", nullable=True)
    size_bytes: int = value("Bytes of the file", ge=0)
    header_bytes: int = value("Bytes before the first line below the header", ge=0)


class FecYears(LandingModel):
    """One row per version of a FEC file and calendar year of EcritureDate."""

    file_ref: str = text("SHA-256 of the file's plain bytes")
    year: int = value("Calendar year of EcritureDate", ge=1)
    rows: int = value("Lines", ge=0)
    entries: int = value("Distinct journal, number and date", ge=0)
    debit: Total = value("Sum of Debit")
    credit: Total = value("Sum of Credit")
    size_bytes: int = value("Bytes of the lines, line ends included", ge=0)


class FecDeviations(LandingModel):
    """One row per version of a FEC file and way in which it departs from the layout of the law."""

    file_ref: str = text("SHA-256 of the file's plain bytes")
    deviation: str = text("Short name of the deviation")
    rows: int = value("Lines concerned; 0: the file as a whole", ge=0)
    first_value: str = text("First value seen", nullable=True)
    clause: str = text("Rule departed from (LPF art. A47 A-1, order of 29 July 2013)")
