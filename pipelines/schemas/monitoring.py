"""Monitoring: what probes saw, and outages known from elsewhere."""

from pipelines.schemas import Instant, LandingModel, text, value

STATUSES = ("up", "degraded", "down", "unknown")
LONGEST_PERIOD_S = (
    1e9  # thirty years: more is a typing error, and times many periods more microseconds than can be counted
)


class Checks(LandingModel):
    """One row per probe check."""

    environment_id: str = text("Environment the probe watches")
    probe_id: str = text("Probe, unique within its environment")
    checked_at: Instant = value("Instant of the check")
    status: str = text("Result; degraded counts as up (R3), unknown as unobserved (R2)", allowed=STATUSES)
    period_s: float = value(
        "Nominal seconds between two checks; empty: deduced", nullable=True, ge=0, le=LONGEST_PERIOD_S
    )
    latency_ms: float = value("Answer time", nullable=True, ge=0)
    message: str = text("What the probe said", nullable=True)


class Outages(LandingModel):
    """One row per outage known ready-made."""

    environment_id: str = text("Environment that was down")
    outage_id: str = text("Key of the outage within its environment")
    down_from: Instant = value("First instant down")
    down_until: Instant = value("First instant up again; empty: still down", nullable=True)
    message: str = text("Cause as told", nullable=True)
