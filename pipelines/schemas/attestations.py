"""Attestations: documents that show what no figure can (art. 7, 8, 11, 12, 13, 16)."""

from datetime import date

from pipelines.schemas import LandingModel, text, value


class Attestations(LandingModel):
    """One row per document and article it is evidence of."""

    contract_id: str = text("Contract it is about")
    article: str = text("Article it is evidence of, as clauses.csv writes it")
    document: str = text("Title or number of the document")
    dated_on: date = value("Its date: the first day it speaks for")
    valid_until: date = value("First day it no longer speaks for; empty: none", nullable=True)
