"""Tickets: support requests, the stretches in which they wait on the customer, and changes of criticality."""

from pipelines.schemas import Instant, LandingModel, text, value

CHANNELS = ("support", "customer_service")
KINDS = ("incident", "anomaly", "usage_question", "paid_service", "other")
CRITICALITIES = ("critical", "high", "moderate")
ANOMALY_LEVELS = ("1", "2", "3")
EVENT_ROLES = {
    "created": "the ticket is registered",
    "acknowledged": "receipt is acknowledged, by a machine or a person",
    "taken_in_charge": "a person takes it; the first one counts",
    "qualified": "it is qualified and reproduced as an anomaly",
    "action_plan": "a corrective action plan is given",
    "fix_or_workaround": "a fix or a workaround is given",
    "closed": "it is closed",
    "reopened": "it is open again",
    "paused": "it waits on the customer, until work goes on",
    "resumed": "it no longer waits",
    "criticality": "its criticality is set or changed",
    "not_covered": "it turns out to be out of scope",
    "ignored": "says nothing about a commitment",
}


class Tickets(LandingModel):
    """One row per support request."""

    ticket_id: str = text("Key of the ticket")
    client_id: str = text("Client who asked")
    environment_id: str = text("Environment it is about", nullable=True)
    channel: str = text("Support (art. 14) or customer service (art. 16)", allowed=CHANNELS)
    kind: str = text("What is asked", allowed=KINDS)
    criticality: str = text(
        "Criticality at registration (R9); anything unknown is unclassified", nullable=True
    )
    anomaly_level: str = text("Level 1, 2 or 3 of a qualified anomaly (art. 1)", nullable=True)
    created_at: Instant = value("Registration")
    acknowledged_at: Instant = value("Electronic acknowledgement", nullable=True)
    taken_in_charge_at: Instant = value("A person took it", nullable=True)
    qualified_at: Instant = value("Qualified and reproduced", nullable=True)
    action_plan_at: Instant = value("Corrective action plan given", nullable=True)
    fix_or_workaround_at: Instant = value("Fix or workaround given", nullable=True)
    closed_at: Instant = value("Closed", nullable=True)
    not_covered_reason: str = text("Why the source says it is not covered", nullable=True)
    subject: str = text("Subject line", nullable=True)
    user_id: str = text("User who asked, where the source tells (art. 15)", nullable=True)


class Pauses(LandingModel):
    """One row per stretch in which a ticket waited on the customer."""

    ticket_id: str = text("Ticket that waits")
    paused_from: Instant = value("First instant of waiting")
    paused_until: Instant = value("First instant after it; empty: still waiting", nullable=True)
    reason: str = text("Why", nullable=True)


class CriticalityChanges(LandingModel):
    """One row per criticality a ticket was given, the first one at registration included (R9)."""

    ticket_id: str = text("Ticket")
    changed_at: Instant = value("Since when")
    criticality: str = text("Criticality from then on", nullable=True)


class TicketEvents(LandingModel):
    """One row per event of a help desk's log; a ticket follows from its events in order of time and line."""

    ticket_id: str = text("Key of the ticket")
    event_at: Instant = value("When it happened")
    event: str = text("What the log calls it")
    role: str = text("What it means for the commitments", allowed=tuple(EVENT_ROLES))
    client_id: str = text("Client who asked")
    environment_id: str = text("Environment it is about", nullable=True)
    channel: str = text("Support (art. 14) or customer service (art. 16)", allowed=CHANNELS)
    kind: str = text("What is asked", allowed=KINDS)
    criticality: str = text("Criticality as of this event", nullable=True)
    criticality_given: str = text("Criticality in the words of the log", nullable=True)
    anomaly_level: str = text("Level 1, 2 or 3 as of this event (art. 1)", nullable=True)
    not_covered_reason: str = text("Why the log says it is not covered", nullable=True)
    agent: str = text("Who did it", nullable=True)
    subject: str = text("Subject line", nullable=True)
    user_id: str = text("User who asked, where the log tells (art. 15)", nullable=True)
