"""Holds: cases that forbid a purge (art. 4; LPF, Code de commerce)."""

from datetime import date

from pipelines.schemas import LandingModel, text, value


class Holds(LandingModel):
    """One row per hold. Empty scope columns mean all of the client's, or of the dossier's, movements."""

    hold_id: str = text("Key of the hold")
    client_id: str = text("Client")
    dossier_id: str = text("Only this dossier", nullable=True)
    reason: str = text("Why")
    legal_basis: str = text("Legal basis", nullable=True)
    from_on: date = value("First held day")
    until_on: date = value("Last held day; empty: open", nullable=True)
    released_on: date = value("First free day; empty: not released", nullable=True)
    movements_from: date = value("Only movements from this EcritureDate on", nullable=True)
    movements_until: date = value("Only movements up to this EcritureDate, included", nullable=True)
    fiscal_years: str = text(
        "Only these fiscal years (closing years, separated by blanks or commas)", nullable=True
    )
    accounts: str = text("Only accounts with these prefixes, separated by blanks or commas", nullable=True)
    piece: str = text("Only this piece", nullable=True)


class RejectedHolds(LandingModel):
    """One row per rejected row of holds in one reading of a file, or per file refused whole: what of its scope can be read."""

    hold_id: str = text("Key of the hold", nullable=True)
    client_id: str = text("Client; null: cannot be told", nullable=True)
    dossier_id: str = text("Only this dossier", nullable=True)
    rule: str = text("Rule the row breaks")
    column: str = text("Column that breaks it", nullable=True)
    value: str = value("Value seen", nullable=True)
