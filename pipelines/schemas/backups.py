"""Backups: restore points seen in catalogue listings, jobs, restores and integrity proofs (art. 9)."""

from pipelines.schemas import Instant, LandingModel, text, value

CONTENTS = ("data", "documents")


class Points(LandingModel):
    """One row per restore point and listing that shows it."""

    repository_id: str = text("Repository whose catalogue was listed")
    place: str = text("Declared place of the repository")
    listed_at: Instant = value("When the catalogue was listed")
    environment_id: str = text("Environment that can be restored from it")
    content: str = text("Client data or the shared documents space", allowed=CONTENTS)
    point_id: str = text("Key of the point within its repository")
    started_at: Instant = value("Start of the backup: the state it restores")
    finished_at: Instant = value("End of the backup", nullable=True)
    status: str = text(
        "Empty: a bare listing, good unless a job says otherwise",
        nullable=True,
        allowed=("good", "partial", "failed", "damaged"),
    )
    is_scheduled: bool = value("Empty means scheduled", nullable=True)
    parent_point_id: str = text(
        "Points it needs, separated by blanks (an incremental's chain)", nullable=True
    )
    original_point_id: str = text(
        "Key of the point it was copied from, in the other repository", nullable=True
    )
    size_bytes: int = value("Size", nullable=True, ge=0)


class Listings(LandingModel):
    """One row per catalogue listing, an empty one included: a complete one proves absence."""

    repository_id: str = text("Repository listed")
    place: str = text("Declared place of the repository")
    listed_at: Instant = value("When")
    points: int = value("Points it shows", ge=0)
    is_complete: bool = value(
        "False: filtered or cut, proves no absence; empty means complete", nullable=True
    )


class Jobs(LandingModel):
    """One row per attempted backup job."""

    repository_id: str = text("Repository it wrote to")
    environment_id: str = text("Environment saved")
    content: str = text("Client data or documents", allowed=CONTENTS)
    job_id: str = text("Key of the job")
    started_at: Instant = value("Start")
    finished_at: Instant = value("End", nullable=True)
    status: str = text("How it ended", allowed=("success", "partial", "failed"))
    point_id: str = text("Point it wrote; a prefix of the point's key is enough", nullable=True)
    message: str = text("What the tool said", nullable=True)


class Restores(LandingModel):
    """One row per restore request or test."""

    restore_id: str = text("Key")
    environment_id: str = text("Environment restored")
    asked_at: Instant = value("Asked")
    done_at: Instant = value("Done", nullable=True)
    point_id: str = text("Point used", nullable=True)
    kind: str = text("Why", allowed=("request", "test", "disaster"))
    result: str = text("Result", allowed=("success", "failed", "pending"))


class IntegrityChecks(LandingModel):
    """One row per integrity check of a repository."""

    repository_id: str = text("Repository checked")
    place: str = text("Declared place of the repository")
    checked_at: Instant = value("When")
    tool: str = text("Tool that checked")
    result: str = text("Result", allowed=("success", "failed"))
    message: str = text("Last words of the tool", nullable=True)
