"""Certifications (art. 15): which users were assigned what to learn, and their attempts at the exam."""

from datetime import date

from pipelines.schemas import LandingModel, text, value

_MODULE = "Part of the product, with a path and an exam of its own; empty: the one there is"


class Assignments(LandingModel):
    """One row per user and module assigned, which begins the learning phase."""

    client_id: str = text("Client the user works for")
    user_id: str = text("User, as tickets name them")
    module: str = text(_MODULE, nullable=True)
    assigned_on: date = value("Day of the assignment")
    withdrawn_on: date = value("First day on which it no longer holds", nullable=True)


class Attempts(LandingModel):
    """One row per attempt at an exam."""

    attempt_id: str = text("Key of the attempt, within its client")
    client_id: str = text("Client the user works for")
    user_id: str = text("User who tried")
    module: str = text(_MODULE, nullable=True)
    attempted_on: date = value("Day of the attempt")
    score_pct: float = value("Right answers, 0 to 100", ge=0, le=100)


class MajorVersions(LandingModel):
    """One row per version that asks for knowledge to be refreshed, and so ends the certifications before it."""

    contract_id: str = text("Contract whose service it is a version of")
    module: str = text("Module it is about; empty: all of them", nullable=True)
    version: str = text("Name or number of the version")
    released_on: date = value("Day of its release")
