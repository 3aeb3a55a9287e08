"""The samples: one believable year of a provider, written as an inbox by `python -m tools.samples DIR`.

Seeded and free of the wall clock: the same code writes the same rows. What the year tells, and what a right reader concludes
from it, stands in `data/samples/README.md`; the planted events are the tables below. Only Polars and the standard library
are used. Contract terms stay out: the generator knows events, never targets. The real backup listings beside these files
(`backups/restic`, `borg`, `pgbackrest`, `jobs`, `checks`) are captures, not made here.
"""

# ruff: noqa: E501  (tables read best with one event a line; the command tells where it wrote)
from __future__ import annotations

import csv
import gzip
import io
import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import polars as pl

PARIS = ZoneInfo("Europe/Paris")
CONTRACT = "quadra-expert-2023-09"
SEED = 20260331
AS_OF = datetime(2026, 3, 31, 9, tzinfo=PARIS)
AS_OF_DAY = AS_OF.date()
YEAR_FROM = date(2025, 4, 1)  # first monitored day
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)

Row = dict[str, object]


def local(text: str) -> datetime:
    """A Paris wall-clock time, `2025-10-14 10:00`, as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS)


def iso(at: datetime | None) -> str:
    return "" if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def at_hour(day: date, clock: str) -> datetime:
    return local(f"{day} {clock}")


def days(first: date, last: date) -> Iterator[date]:
    """Every day from `first` to `last`, both included."""
    while first <= last:
        yield first
        first += DAY


# ---------------------------------------------------------------- who there is
@dataclass(frozen=True)
class Environment:
    environment_id: str
    client_id: str
    client_name: str
    kind: str
    opened_on: date
    closed_on: date | None = None


ENVIRONMENTS = (
    Environment("c0417", "aubry", "Cabinet Aubry", "production", date(2025, 6, 1)),
    Environment("c0417-test", "aubry", "Cabinet Aubry", "test", date(2025, 6, 1)),
    Environment("c0952", "belin", "Cabinet Belin", "production", date(2024, 11, 15)),
    Environment("c1203", "corbin", "Cabinet Corbin", "production", date(2025, 1, 10)),
    Environment("c2044", "dumas", "Cabinet Dumas", "production", date(2026, 2, 8)),
    Environment("c3310", "esteve", "Cabinet Estève", "production", date(2026, 3, 20)),
    Environment("c0007", "fort", "Cabinet Fort", "production", date(2023, 2, 1), date(2026, 3, 10)),
    Environment("c5101", "ecuyer", "L'Écuyer & Fils <Négoce>", "production", date(2024, 9, 1)),
    Environment("c5101-pre", "ecuyer", "L'Écuyer & Fils <Négoce>", "preproduction", date(2024, 9, 1)),
    Environment("c5102", "noel", "Boulangeries Noël 🥖", "production", date(2023, 11, 2)),
    Environment("c5103", "menard", "Transports Ménard, Père; Fils", "production", date(2024, 1, 15)),
    Environment("c5104", "oliviers", 'SARL "Les Oliviers"', "production", date(2025, 9, 15)),
    Environment("c5105", "kerguelen", "Ateliers Kerguélen", "production", date(2024, 3, 1)),
    Environment("c5105-form", "kerguelen", "Ateliers Kerguélen", "training", date(2024, 3, 1)),
    Environment("c5106", "obrien", "O'Brien-Dubois Conseil", "production", date(2024, 6, 1)),
)

DOSSIERS: tuple[Row, ...] = (
    {"client_id": "aubry", "dossier_id": "D001", "siren": "999000018", "fiscal_year_end": "12-31"},
    {"client_id": "aubry", "dossier_id": "D002", "siren": "999000026", "fiscal_year_end": "06-30"},
    {"client_id": "aubry", "dossier_id": "D003", "siren": "999000034", "fiscal_year_end": "03-31"},
    {"client_id": "belin", "dossier_id": "B01", "siren": "999000042", "fiscal_year_end": "12-31"},
    {"client_id": "belin", "dossier_id": "B02", "siren": "999000042", "fiscal_year_end": "12-31"},
    {"client_id": "corbin", "dossier_id": "K01", "siren": "999000059", "fiscal_year_end": "12-31"},
    {"client_id": "corbin", "dossier_id": "K02", "siren": "999000067", "fiscal_year_end": "02-29"},
    *(
        Row(
            client_id="corbin",
            dossier_id="K03",
            siren="999000075",
            fiscal_year_from=begin,
            fiscal_year_until=end,
        )
        for begin, end in (
            ("2018-07-01", "2019-12-31"),
            *((f"{year}-01-01", f"{year}-12-31") for year in range(2020, 2027)),
        )
    ),
)


# ---------------------------------------------------------------- what happened to the service
@dataclass(frozen=True)
class Probe:
    """A probe and its nominal period, which its files may keep to themselves."""

    environment_id: str
    probe_id: str
    period: timedelta
    tells_period: bool = True


QUARTER, HALF, HOUR = timedelta(minutes=15), timedelta(minutes=30), timedelta(hours=1)
PROBES = (
    *(
        Probe(name, "connexion", QUARTER)
        for name in ("c0417", "c0952", "c1203", "c2044", "c0007", "c5101", "c5105")
    ),
    *(Probe("c5102", name, HALF) for name in ("accueil", "connexion")),
    *(Probe("c5103", name, HALF) for name in ("lille", "lyon", "marseille")),
    Probe("c5104", "connexion", HALF),
    Probe("c0417-test", "connexion", HOUR),
    Probe("c5101-pre", "connexion", HOUR, tells_period=False),
    Probe("c5105-form", "connexion", timedelta(hours=2)),
)


@dataclass(frozen=True)
class Stretch:
    """Results of the probes of an environment that differ from `up`, in Paris time; status None: no check was made."""

    environment_id: str
    begin: str
    end: str
    status: str | None = "down"
    probe_id: str | None = None
    message: str = "délai dépassé"


PLATFORM = tuple(
    item.environment_id
    for item in ENVIRONMENTS
    if item.kind == "production" and item.environment_id != "c3310"
)

# The evening of each monthly maintenance; all but December's end at 02:00.
MAINTENANCE_EVENINGS = (
    "2025-04-09", "2025-05-14", "2025-06-11", "2025-07-09", "2025-08-13", "2025-09-10",
    "2025-10-08", "2025-11-12", "2025-12-10", "2026-01-14", "2026-02-11", "2026-03-11",
)  # fmt: skip
OVERRUN = ("2025-12-10 23:00", "2025-12-11 08:00")
FORCE_MAJEURE = ("2025-07-22 08:00", "2025-07-22 12:00")
URGENT = ("2025-09-09 13:00", "2025-09-09 14:00")


def _everywhere(begin: str, end: str, message: str) -> tuple[Stretch, ...]:
    return tuple(Stretch(name, begin, end, message=message) for name in PLATFORM)


STRETCHES = (
    *(
        stretch
        for evening in MAINTENANCE_EVENINGS
        if evening != "2025-12-10"
        for stretch in _everywhere(
            f"{evening} 23:00", f"{date.fromisoformat(evening) + DAY} 01:00", "maintenance planifiée"
        )
    ),
    *_everywhere(*OVERRUN, "maintenance planifiée"),
    *_everywhere(*FORCE_MAJEURE, "réseau du centre coupé"),
    *_everywhere(*URGENT, "correctif urgent"),
    Stretch("c5101", "2025-07-22 07:30", "2025-07-22 12:30", message="réseau du centre coupé"),
    Stretch("c1203", "2025-05-20 09:00", "2025-05-20 12:00", "degraded", message="réponse lente"),
    Stretch("c5105", "2025-06-17 10:00", "2025-06-17 12:30", message="routeur du client en panne"),
    Stretch("c0952", "2025-08-05 09:00", "2025-08-05 10:00", "unknown", message="sonde en erreur"),
    Stretch("c5103", "2025-08-19 07:00", "2025-08-19 20:00", probe_id="lille"),
    Stretch("c5103", "2025-08-20 10:00", "2025-08-20 11:00", probe_id="lille"),
    Stretch("c5103", "2025-08-20 10:00", "2025-08-20 11:00", probe_id="lyon"),
    Stretch("c0417", "2025-10-14 10:00", "2025-10-14 11:30", message="base de données saturée"),
    Stretch("c5102", "2025-11-04 07:00", "2025-11-04 12:00", probe_id="accueil"),
    Stretch("c0952", "2025-11-18 09:00", "2025-11-18 10:15", message="disque plein"),
    Stretch("c1203", "2025-12-17 14:00", "2025-12-17 14:30"),
    Stretch("c5103", "2026-01-13 09:00", "2026-01-14 17:00", message="liaison du client coupée"),
    Stretch("c5102", "2026-02-09 12:00", "2026-02-11 18:00", None),
    Stretch("c0007", "2026-03-04 11:00", "2026-03-04 11:30"),
    Stretch("c0417", "2026-03-29 01:00", "2026-03-29 04:00", message="nuit du changement d'heure"),
    Stretch("c5105", "2026-03-31 06:30", "2026-03-31 09:00", message="serveur d'authentification"),
)

# c5106 has no probe: its outages are told ready-made.
OUTAGES: tuple[tuple[str, str, str, str], ...] = (
    ("obr-01", "2025-05-13 10:00:00", "2025-05-13 11:14:06", "connexion impossible"),
    ("obr-02", "2025-06-24 14:00:00", "2025-06-24 15:18:01", "connexion impossible"),
    ("obr-03", FORCE_MAJEURE[0], FORCE_MAJEURE[1], "réseau du centre coupé"),
    ("obr-04", URGENT[0], URGENT[1], "correctif urgent"),
    ("obr-05", OVERRUN[0], OVERRUN[1], "maintenance planifiée"),
    ("obr-06", "2026-02-28 22:00:00", "2026-03-01 03:00:00", "week-end"),
)


def interruptions() -> list[Row]:
    """The register: the monthly maintenances, then everything that was not planned so."""
    rows: list[Row] = []
    for evening in MAINTENANCE_EVENINGS:
        first, last = local(f"{evening} 22:30"), local(f"{date.fromisoformat(evening) + DAY} 02:00")
        if evening == "2025-12-10":
            last = local(OVERRUN[1])
        rows.append(_interruption(f"MP-{evening}", "maintenance_window", first, last, announced=first - 5 * DAY,
                                  blocking=True, reason="Mise à jour mensuelle"))  # fmt: skip
    late, early = local("2026-01-21 22:00"), local("2026-02-18 20:30")
    rows += [
        _interruption("MP-2026-01-21", "maintenance_window", late, late + 2 * HOUR, announced=late - DAY, blocking=True,
                      reason="Annoncée la veille seulement"),
        _interruption("MP-2026-02-18", "maintenance_window", early, early + 2 * HOUR, announced=early - 4 * DAY,
                      blocking=True, reason="Blocage dès 20:30"),
        _interruption("MU-2025-09-09", "urgent_maintenance", local(URGENT[0]), local(URGENT[1]),
                      announced=local("2025-09-09 12:45"), blocking=True, reason="Correctif de sécurité"),
        _interruption("MU-2025-07-22", "urgent_maintenance", local("2025-07-22 11:00"), local("2025-07-22 12:15"),
                      environment="c5101", blocking=True, reason="Redémarrage après coupure"),
        _interruption("FM-2025-07-22", "force_majeure", local(FORCE_MAJEURE[0]), local(FORCE_MAJEURE[1]),
                      reason="Inondation du répartiteur de l'opérateur"),
        _interruption("EQ-2025-06-17", "client_equipment", local("2025-06-17 10:00"), local("2025-06-17 12:30"),
                      environment="c5105", reason="Routeur du client en panne"),
        _interruption("RX-2026-01-13", "outside_scope", local("2026-01-13 09:00"), local("2026-01-14 17:00"),
                      environment="c5103", reason="Liaison télécom du client; ticket opérateur"),
    ]  # fmt: skip
    return rows


def _interruption(
    key: str, cause: str, begin: datetime, end: datetime, *, reason: str, announced: datetime | None = None,
    blocking: bool | None = None, environment: str = "",
) -> Row:  # fmt: skip
    return {
        "interruption_id": key, "contract_id": "" if environment else CONTRACT, "environment_id": environment,
        "cause": cause, "starts_at": iso(begin), "ends_at": iso(end), "announced_at": iso(announced),
        "is_blocking": "" if blocking is None else str(blocking).lower(), "reason": reason,
    }  # fmt: skip


def checks(probe: Probe) -> pl.DataFrame:
    """All checks of one probe over the year: environment_id, probe_id, checked_at, status, period_s, latency_ms, message."""
    environment = next(item for item in ENVIRONMENTS if item.environment_id == probe.environment_id)
    begin = at_hour(max(environment.opened_on, YEAR_FROM), "00:00").astimezone(UTC)
    end = min(AS_OF, at_hour(environment.closed_on, "00:00") if environment.closed_on else AS_OF).astimezone(
        UTC
    )
    frame = pl.select(
        pl.datetime_range(begin, end, probe.period, closed="left", time_zone="UTC", time_unit="ms").alias(
            "checked_at"
        )
    ).with_columns(status=pl.lit("up"), message=pl.lit(None, pl.String))
    for stretch in (*STRETCHES, *_blips(probe, begin, end)):
        if stretch.environment_id != probe.environment_id or stretch.probe_id not in (None, probe.probe_id):
            continue
        inside = pl.col("checked_at").is_between(
            local(stretch.begin).astimezone(UTC), local(stretch.end).astimezone(UTC), closed="left"
        )
        if stretch.status is None:
            frame = frame.filter(~inside)
        else:
            frame = frame.with_columns(
                status=pl.when(inside).then(pl.lit(stretch.status)).otherwise("status"),
                message=pl.when(inside).then(pl.lit(stretch.message)).otherwise("message"),
            )
    latency = (pl.int_range(pl.len()) * 7919 + len(probe.probe_id) * 31) % 37 + 41
    return frame.select(
        pl.lit(probe.environment_id).alias("environment_id"),
        pl.lit(probe.probe_id).alias("probe_id"),
        "checked_at",
        "status",
        pl.lit(int(probe.period.total_seconds()) if probe.tells_period else None, pl.Int32).alias("period_s"),
        pl.when(pl.col("status").is_in(["up", "degraded"])).then(latency).cast(pl.Int16).alias("latency_ms"),
        "message",
    )


def _blips(probe: Probe, begin: datetime, end: datetime) -> Iterator[Stretch]:
    """A few single failed checks between 02:00 and 05:00: real life, and never inside the reference."""
    chance = Random(f"{SEED} {probe.environment_id} {probe.probe_id}")
    span = (end - begin).days
    for _ in range(span // 40):
        day = begin.astimezone(PARIS).date() + timedelta(days=chance.randrange(1, max(span - 3, 2)))
        first = at_hour(day, f"{chance.randrange(2, 5):02}:00")
        yield Stretch(
            probe.environment_id,
            f"{day} {first:%H:%M}",
            f"{day} {first + QUARTER:%H:%M}",
            "down",
            probe.probe_id,
        )


# ---------------------------------------------------------------- what clients asked
HOLIDAYS = frozenset(
    map(
        date.fromisoformat,
        (
            "2025-04-21", "2025-05-01", "2025-05-08", "2025-05-29", "2025-06-09", "2025-07-14", "2025-08-15",
            "2025-11-01", "2025-11-11", "2025-12-25", "2026-01-01",
        ),
    )
)  # fmt: skip
SUBJECTS = (
    "Erreur à l'ouverture du dossier", "Édition du bilan vide", "Import bancaire refusé", "Lettrage automatique en échec",
    "Liasse : case DA non calculée", "Impression impossible depuis l'espace client", "TVA : total faux en page 2",
)  # fmt: skip


def tickets() -> list[Row]:
    """Planted tickets first, then quiet ones: all of those are answered within two hours, in support hours."""
    return [*_planted_tickets(), *_quiet_tickets()]


def _ticket(key: str, client: str, created: str, taken: str = "", **more: object) -> Row:
    begin = local(created)
    row: Row = {
        "ticket_id": key, "client_id": client, "environment_id": _production(client), "channel": "support",
        "kind": "incident", "criticality": "moderate", "anomaly_level": "", "created_at": iso(begin),
        "acknowledged_at": iso(begin + 2 * MINUTE), "taken_in_charge_at": iso(local(taken)) if taken else "",
        "qualified_at": "", "action_plan_at": "", "fix_or_workaround_at": "", "closed_at": "", "not_covered_reason": "",
        "subject": "",
    }  # fmt: skip
    for name, value in more.items():
        row[name] = iso(local(str(value))) if name.endswith("_at") and value else value
    return row


def _production(client: str) -> str:
    return next(e.environment_id for e in ENVIRONMENTS if e.client_id == client and e.kind == "production")


def _planted_tickets() -> list[Row]:
    """One ticket per rule of article 14; `data/samples/README.md` tells each outcome."""
    return [
        _ticket("T-0001", "aubry", "2025-10-10 16:00:00", "2025-10-13 12:00:00", criticality="critical",
                subject="Connexion impossible — quatre heures justes, week-end compris"),
        _ticket("T-0002", "aubry", "2025-10-10 16:00:00", "2025-10-13 12:00:01", criticality="critical",
                subject="Connexion impossible, une seconde de trop"),
        _ticket("T-0003", "belin", "2025-07-12 10:00:00", "2025-07-15 15:00:00", criticality="high",
                subject="Déposée un samedi avant le 14 juillet"),
        _ticket("T-0004", "corbin", "2025-08-14 16:30:00", "2025-08-18 17:30:00", criticality="moderate",
                subject="Prise après la fermeture : huit heures et demie, 15 août sauté"),
        _ticket("T-0005", "menard", "2025-11-10 16:45:00", "2025-11-12 10:00:00", criticality="critical",
                subject="À cheval sur le 11 novembre"),
        _ticket("T-0006", "noel", "2025-06-03 08:10:00", "2025-06-03 08:40:00", criticality="critical",
                subject="Prise avant l'ouverture du support"),
        _ticket("T-0007", "oliviers", "2026-03-30 16:30:00", criticality="high", subject="En cours à la date de la question"),
        _ticket("T-0008", "kerguelen", "2026-03-27 09:00:00", criticality="critical", subject="Jamais prise, délai dépassé"),
        _ticket("T-0009", "obrien", "2025-12-02 10:00:00", "2025-12-02 11:00:00", criticality="très urgent !",
                subject="Criticité inconnue"),
        _ticket("T-0010", "obrien", "2025-12-02 10:05:00", "2025-12-02 11:00:00", criticality="", subject="Sans criticité"),
        _ticket("T-0011", "ecuyer", "2025-09-16 09:30:00", "2025-09-22 10:00:00", kind="usage_question",
                subject="Comment éditer un grand livre ?"),
        _ticket("T-0012", "ecuyer", "2025-09-16 09:35:00", "2025-09-22 10:00:00", kind="paid_service",
                subject="Formation de deux jours", not_covered_reason="paid_service"),
        _ticket("T-0013", "noel", "2025-10-06 11:00:00", "2025-10-14 09:30:00", channel="customer_service", kind="other",
                subject="Changement d'adresse de facturation"),
        _ticket("T-0014", "fort", "2025-05-19 10:00:00", "2025-05-26 10:00:00", subject="Version non maintenue",
                not_covered_reason="unsupported_version"),
        _ticket("T-0015", "fort", "2025-05-19 10:10:00", subject="Doublon de T-0014", not_covered_reason="duplicate",
                closed_at="2025-05-19 10:30:00"),
        _ticket("T-0016", "aubry", "2025-10-14 10:05:00", "2025-10-14 10:20:00", kind="anomaly", criticality="critical",
                anomaly_level="1", qualified_at="2025-10-14 11:00:00", action_plan_at="2025-10-15 15:00:00",
                fix_or_workaround_at="2025-10-16 09:00:00", subject="Plan d'action rendu à douze heures justes"),
        _ticket("T-0017", "belin", "2025-11-18 09:10:00", "2025-11-18 09:40:00", kind="anomaly", criticality="critical",
                anomaly_level="1", qualified_at="2025-11-18 11:00:00", action_plan_at="2025-11-20 09:00:00",
                subject="Plan d'action rendu deux heures ouvrées trop tard"),
        _ticket("T-0018", "corbin", "2026-01-05 14:00:00", "2026-01-05 15:00:00", kind="anomaly", criticality="high",
                anomaly_level="2", qualified_at="2026-01-06 10:00:00", fix_or_workaround_at="2026-01-14 23:59:59",
                subject="Correction au dernier instant du sixième jour ouvré"),
        _ticket("T-0019", "corbin", "2026-01-05 14:10:00", "2026-01-05 15:00:00", kind="anomaly", criticality="high",
                anomaly_level="2", qualified_at="2026-01-06 10:00:00", fix_or_workaround_at="2026-01-15 00:00:01",
                subject="Correction une seconde après le sixième jour ouvré"),
        _ticket("T-0020", "menard", "2026-03-25 09:30:00", "2026-03-25 10:00:00", kind="anomaly", criticality="high",
                anomaly_level="2", qualified_at="2026-03-26 09:30:00", subject="Correction attendue le 3 avril"),
        _ticket("T-0021", "noel", "2025-06-10 09:30:00", "2025-06-10 10:00:00", kind="anomaly", anomaly_level="3",
                qualified_at="2025-06-12 16:00:00", subject="Libellé tronqué à l'impression"),
        _ticket("T-0022", "kerguelen", "2026-03-24 14:00:00", "2026-03-24 15:30:00", kind="anomaly", criticality="high",
                subject="Pas encore reproduite"),
        _ticket("T-0023", "belin", "2026-02-02 10:00:00", "2026-02-03 12:00:00", criticality="high",
                subject="A attendu le client : l'attente compte (10 h pour 6 h)"),
        _ticket("T-0024", "dumas", "2026-02-16 09:15:00", "2026-02-16 14:00:00", criticality="moderate",
                subject="Devenue critique après coup : la criticité d'enregistrement fait foi"),
        _ticket("T-0025", "aubry", "2026-03-10 10:00:00", "2026-03-11 10:00:00", kind="usage_question",
                subject="Question d'une utilisatrice certifiée", user_id="a.martin"),
        _ticket("T-0026", "aubry", "2026-02-28 10:00:00", "2026-03-02 10:00:00", kind="usage_question",
                subject="Question au dernier jour de la phase d'apprentissage", user_id="b.petit"),
        _ticket("T-0027", "aubry", "2026-03-02 10:00:00", "2026-03-04 10:00:00", kind="usage_question",
                subject="Question d'un utilisateur ni certifié ni en apprentissage", user_id="b.petit"),
    ]  # fmt: skip


PAUSES: tuple[Row, ...] = (
    {"ticket_id": "T-0023", "paused_from": iso(local("2026-02-02 11:00")), "paused_until": iso(local("2026-02-02 16:00")),
     "reason": "Capture d'écran demandée"},
    {"ticket_id": "T-0023", "paused_from": iso(local("2026-02-02 15:00")), "paused_until": iso(local("2026-02-03 10:00")),
     "reason": "Relance"},
    {"ticket_id": "T-0007", "paused_from": iso(local("2026-03-30 16:40")), "paused_until": "", "reason": "Sans réponse du client"},
)  # fmt: skip
CRITICALITY_CHANGES: tuple[Row, ...] = (
    {"ticket_id": "T-0024", "changed_at": iso(local("2026-02-16 09:15:00")), "criticality": "moderate"},
    {"ticket_id": "T-0024", "changed_at": iso(local("2026-02-16 11:00:00")), "criticality": "critical"},
)


# ---------------------------------------------------------------- who has learnt the product
ASSIGNMENTS: tuple[Row, ...] = tuple(
    {"client_id": client, "user_id": user, "module": "", "assigned_on": begin, "withdrawn_on": end}
    for client, user, begin, end in (
        ("aubry", "a.martin", "2025-06-02", ""),
        ("aubry", "b.petit", "2025-08-31", ""),
        ("aubry", "c.roux", "2026-03-02", ""),
        ("aubry", "d.faure", "2025-06-02", "2025-12-01"),
        ("ecuyer", "e.moreau", "2025-01-10", ""),
    )
)
EXAM_ATTEMPTS: tuple[Row, ...] = tuple(
    {
        "attempt_id": f"E-{number:03}",
        "client_id": client,
        "user_id": user,
        "module": "",
        "attempted_on": on,
        "score_pct": score,
    }
    for number, (client, user, on, score) in enumerate(
        (
            ("aubry", "a.martin", "2025-06-20", "82"),
            ("aubry", "a.martin", "2026-01-20", "64"),
            ("aubry", "a.martin", "2026-01-26", "68.5"),
            ("aubry", "a.martin", "2026-02-02", "70"),
            ("aubry", "b.petit", "2025-11-03", "55"),
            ("ecuyer", "e.moreau", "2026-03-27", "69.99"),
        ),
        1,
    )
)
MAJOR_VERSIONS: tuple[Row, ...] = (
    {"contract_id": CONTRACT, "module": "", "version": "2026.1", "released_on": "2026-01-15"},
)


ATTESTATIONS: tuple[Row, ...] = tuple(
    {"contract_id": CONTRACT, "article": article, "document": document, "dated_on": begin, "valid_until": end}
    for article, document, begin, end in (
        ("7", "Certificat ISO/IEC 27001, centre de Lyon", "2023-02-01", "2026-02-01"),
        ("7", "Rapport d'audit SOC 2, centre de Rennes", "2026-03-10", "2027-03-10"),
        ("8", "Procédure de supervision, édition 4", "2024-09-02", ""),
        ("11", "Procédure des comptes utilisateurs, édition 2", "2025-11-17", ""),
        ("13", "Catalogue des tutoriels", "2025-06-01", "2025-12-01"),
    )
)


def _quiet_tickets() -> Iterator[Row]:
    chance = Random(f"{SEED} tickets")
    clients = sorted(
        {item.client_id for item in ENVIRONMENTS} - {"dumas", "esteve", "fort", "oliviers", "aubry"}
    )
    worked = [day for day in days(YEAR_FROM, date(2026, 3, 26)) if day.weekday() < 5 and day not in HOLIDAYS]
    for number, day in enumerate(sorted(chance.choices(worked, k=180)), 1001):
        created = at_hour(day, f"{chance.randrange(9, 15):02}:{chance.randrange(60):02}")
        taken = created + timedelta(minutes=chance.randrange(6, 110), seconds=chance.randrange(60))
        closed = taken + timedelta(minutes=chance.randrange(20, 6000))
        kind = chance.choices(("incident", "usage_question", "other"), (85, 10, 5))[0]
        row = _ticket(
            f"T-{number}", chance.choice(clients), f"{created:%Y-%m-%d %H:%M}", f"{taken:%Y-%m-%d %H:%M:%S}"
        )
        row.update(
            kind=kind, channel="customer_service" if kind == "other" else "support",
            criticality=chance.choices(("critical", "high", "moderate"), (1, 3, 6))[0], closed_at=iso(closed),
            subject=chance.choice(SUBJECTS),
        )  # fmt: skip
        yield row


# ---------------------------------------------------------------- what was saved
@dataclass(frozen=True)
class Repository:
    """One repository of one environment. `keep_days`: mornings after the night on which a point is still there."""

    repository_id: str
    place: str
    environment_id: str
    clock: str
    keep_days: int = 45
    chained: bool = False  # full on Sunday evenings, increments on the other nights
    first_night: date = YEAR_FROM
    last_listing: date = AS_OF_DAY


@dataclass(frozen=True)
class Point:
    night_on: date
    point_id: str
    started_at: datetime
    status: str = "good"
    is_scheduled: bool | None = True
    needs: tuple[str, ...] = ()
    expires_on: date = date.max  # last morning on which a listing shows it


REPOSITORIES = (
    Repository("lyon-c5101", "Lyon", "c5101", "23:30"),
    Repository("rennes-c5101", "Rennes", "c5101", "04:00"),
    Repository("lyon-c5101-pre", "Lyon", "c5101-pre", "22:45", first_night=date(2026, 2, 1)),
    Repository("rennes-c5101-pre", "Rennes", "c5101-pre", "03:30", first_night=date(2026, 2, 1),
               last_listing=date(2026, 3, 24)),
    Repository("lyon-c5102-baie-a", "Lyon", "c5102", "23:30"),
    Repository("lyon-c5102-baie-b", "Lyon", "c5102", "04:00"),
    Repository("lyon-c5103", "Lyon", "c5103", "23:15", chained=True),
    Repository("rennes-c5103", "Rennes", "c5103", "04:00"),
    Repository("lyon-c5104", "Lyon", "c5104", "23:30", first_night=date(2025, 9, 15)),
    Repository("rennes-c5104", "Rennes", "c5104", "04:00", keep_days=30, first_night=date(2025, 9, 15)),
    Repository("lyon-c5105", "Lyon", "c5105", "23:30"),
    Repository("rennes-c5105", "Rennes", "c5105", "04:00"),
)  # fmt: skip
SITE_FAILURE = frozenset(days(date(2026, 3, 9), date(2026, 3, 15)))  # rennes-c5103
DAMAGED_FULL = date(2026, 2, 22)  # lyon-c5103, found by the verification of 2 March
DAMAGE_FOUND = date(2026, 3, 2)
LATE, PARTIAL, RETRIED = date(2026, 3, 3), date(2026, 3, 12), date(2026, 3, 5)  # c5105
DAILY_LISTINGS_FROM = date(2026, 2, 1)  # before: one listing a week, on Sundays
LAST_NIGHT = AS_OF_DAY - DAY


def points(repository: Repository) -> list[Point]:
    """Every point the repository ever held, with the last morning it is listed on."""
    made: list[Point] = []
    full = ""
    for night in days(repository.first_night, LAST_NIGHT):
        if repository.repository_id == "rennes-c5103" and night in SITE_FAILURE:
            continue
        point = Point(night, f"{repository.repository_id}-{night:%Y%m%d}", _start(night, repository.clock))
        keep = repository.keep_days
        if repository.chained and (night.weekday() == 6 or not full):
            full, keep = (
                point.point_id,
                keep + 6,
            )  # a full backup stays as long as the increments that need it
        elif repository.chained:
            point = replace(point, needs=(full,))
        made.append(replace(_as_it_went(point, repository), expires_on=night + timedelta(days=keep)))
    if repository.environment_id == "c5105":
        made.append(
            Point(date(2026, 3, 18), f"{repository.repository_id}-manuel", local("2026-03-18 14:00"), "good", False,
                  expires_on=date(2026, 5, 2))
        )  # fmt: skip
    return made


def _start(night: date, clock: str) -> datetime:
    return at_hour(night if clock >= "12:00" else night + DAY, clock)


def _as_it_went(point: Point, repository: Repository) -> Point:
    if repository.repository_id == "lyon-c5105" and point.night_on == LATE:
        return replace(point, started_at=local("2026-03-04 07:20"))
    if repository.repository_id == "rennes-c5105" and point.night_on == PARTIAL:
        return replace(point, status="partial")
    if repository.repository_id == "rennes-c5105" and point.night_on == RETRIED:
        return replace(point, started_at=local("2026-03-06 05:30"))
    return point


def listings(repository: Repository) -> Iterator[Row]:
    """One row per listing and point: weekly in the first months, daily from February 2026 on."""
    every = points(repository)
    for day in days(YEAR_FROM, repository.last_listing):
        if day < DAILY_LISTINGS_FROM and day.weekday() != 6:
            continue
        listed_at = at_hour(day, "08:00")
        for point in every:
            if point.started_at < listed_at and day <= point.expires_on:
                yield _listed(repository, point, day, listed_at)


def _listed(repository: Repository, point: Point, day: date, listed_at: datetime) -> Row:
    damaged = (
        repository.repository_id == "lyon-c5103" and point.night_on == DAMAGED_FULL and day >= DAMAGE_FOUND
    )
    return {
        "repository_id": repository.repository_id, "place": repository.place, "listed_at": listed_at.astimezone(UTC),
        "environment_id": repository.environment_id, "content": "data", "point_id": point.point_id,
        "started_at": point.started_at.astimezone(UTC),
        "finished_at": (point.started_at + 18 * MINUTE).astimezone(UTC),
        "status": "damaged" if damaged else point.status, "is_scheduled": point.is_scheduled,
        "parent_point_id": " ".join(point.needs) or None,
        "size_bytes": 250_000_000 if point.needs else 4_000_000_000 + point.night_on.toordinal() % 97 * 1_000_000,
    }  # fmt: skip


def document_listings() -> Iterator[Row]:
    """Documents: c5101 fresh in both places; c5105 in one place only and stale since 20 March."""
    plans = (
        ("docs-lyon-c5101", "Lyon", "c5101", "21:00", LAST_NIGHT),
        ("docs-rennes-c5101", "Rennes", "c5101", "21:30", LAST_NIGHT),
        ("docs-lyon-c5105", "Lyon", "c5105", "21:00", date(2026, 3, 20)),
    )
    for repository, place, environment, clock, last in plans:
        for day in (date(2026, 3, 17), date(2026, 3, 24), AS_OF_DAY):
            newest = min(last, day - DAY)
            for night in days(newest - timedelta(days=6), newest):
                start = _start(night, clock)
                yield {
                    "repository_id": repository, "place": place, "listed_at": iso(at_hour(day, "08:00")),
                    "environment_id": environment, "content": "documents", "point_id": f"{repository}-{night:%Y%m%d}",
                    "started_at": iso(start), "finished_at": iso(start + 4 * MINUTE), "status": "good",
                    "is_scheduled": "true", "parent_point_id": "", "size_bytes": 1_200_000_000,
                }  # fmt: skip


def jobs() -> Iterator[Row]:
    """Jobs since February 2026, the failed and retried ones included."""
    for repository in REPOSITORIES:
        made = {point.night_on: point for point in points(repository) if point.is_scheduled}
        for night in days(DAILY_LISTINGS_FROM, LAST_NIGHT):
            planned = _start(night, repository.clock)
            if night in made and (repository.repository_id, night) != ("rennes-c5105", RETRIED):
                yield _job(repository, made[night].started_at, "1", made[night])
            elif night in made:
                yield _job(repository, planned, "1", None, "dépôt verrouillé")
                yield _job(repository, made[night].started_at, "2", made[night])
            else:
                yield _job(repository, planned, "1", None, "site de Rennes injoignable")


def _job(
    repository: Repository, start: datetime, attempt: str, point: Point | None, message: str = ""
) -> Row:
    status = "failed" if point is None else "partial" if point.status == "partial" else "success"
    return {
        "repository_id": repository.repository_id, "environment_id": repository.environment_id, "content": "data",
        "job_id": f"{repository.repository_id}-{start:%Y%m%dT%H%M}-{attempt}", "started_at": start.isoformat(),
        "finished_at": (start + 18 * MINUTE).isoformat(), "status": status, "point_id": point.point_id if point else None,
        "message": message or ("3 fichiers non lus" if status == "partial" else None),
    }  # fmt: skip


RESTORES: tuple[Row, ...] = tuple(
    {"restore_id": key, "environment_id": environment, "asked_at": iso(local(asked)), "done_at": iso(local(done)) if done else "",
     "point_id": point, "kind": kind, "result": result}
    for key, environment, asked, done, point, kind, result in (
        ("R-001", "c5101", "2025-11-03 10:12", "2025-11-03 14:40", "lyon-c5101-20251102", "request", "success"),
        ("R-002", "c5103", "2026-03-02 09:00", "2026-03-02 11:05", "lyon-c5103-20260222", "test", "failed"),
        ("R-003", "c5101", "2026-03-16 09:00", "2026-03-16 10:10", "rennes-c5101-20260315", "test", "success"),
        ("R-004", "c5102", "2026-03-30 15:30", "", "", "request", "pending"),
        ("R-005", "c0952", "2025-11-18 10:20", "2025-11-19 02:00", "", "disaster", "success"),
    )
)  # fmt: skip


# ---------------------------------------------------------------- the ledgers
FEC_COLUMNS = (
    "JournalCode", "JournalLib", "EcritureNum", "EcritureDate", "CompteNum", "CompteLib", "CompAuxNum", "CompAuxLib",
    "PieceRef", "PieceDate", "Debit", "Credit", "EcritureLet", "DateLet", "EcritureLib", "ValidDate", "Montantdevise",
    "Idevise",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One accounting line, before any file syntax."""

    journal: str
    number: int
    entry_on: date
    account: str
    debit: Decimal
    credit: Decimal
    label: str
    piece: str
    auxiliary: str = ""
    lettering: str = ""
    lettered_on: date | None = None
    validated_on: date | None = None


JOURNALS = {"AN": "À-nouveaux", "VE": "Ventes", "AC": "Achats", "BQ": "Banque"}
ACCOUNTS = {
    "101300": "Capital", "401000": "Fournisseurs", "411000": "Clients", "445660": "TVA déductible",
    "445710": "TVA collectée", "512000": "Banque", "606300": "Petit équipement", "706000": "Prestations de services",
}  # fmt: skip
ZERO = Decimal("0.00")


def ledger(client: str, dossier: str, begin: date, end: date) -> list[Line]:
    """A balanced, validated and lettered fiscal year: an opening entry, and one sale and one purchase paid each month.

    Letterings are unique over all years of a dossier, so that none reaches another year unless it is planted.
    """
    chance = Random(f"{SEED} {client} {dossier} {end}")
    valid = end + timedelta(days=90)
    lines = _entry(
        "AN",
        1,
        begin,
        "À nouveau",
        f"AN{end:%Y}",
        valid,
        ("512000", Decimal(25000)),
        ("101300", Decimal(-25000)),
    )
    number, month = 1, begin
    while month <= end:
        sale, purchase = (Decimal(chance.randrange(90_000, 900_000)) / 100 for _ in range(2))
        tax = {net: (net / 5).quantize(Decimal("0.01")) for net in (sale, purchase)}
        paid = min(month + timedelta(days=25), end)
        code = f"{end:%y%m}{number:03}"
        lines += _entry(
            "VE",
            number,
            month + 9 * DAY,
            f"Facture n° {number} (été, hiver)",
            f"F{code}",
            valid,
            ("411000", sale + tax[sale]),
            ("706000", -sale),
            ("445710", -tax[sale]),
            let=f"C{code}",
            let_on=paid,
        )
        lines += _entry(
            "AC",
            number,
            month + 12 * DAY,
            "Achat de fournitures",
            f"A{code}",
            valid,
            ("606300", purchase),
            ("445660", tax[purchase]),
            ("401000", -purchase - tax[purchase]),
            let=f"S{code}",
            let_on=paid,
        )
        lines += _entry(
            "BQ",
            2 * number - 1,
            paid,
            "Encaissement",
            f"R{code}",
            valid,
            ("512000", sale + tax[sale]),
            ("411000", -sale - tax[sale]),
            let=f"C{code}",
            let_on=paid,
        )
        lines += _entry(
            "BQ",
            2 * number,
            paid,
            "Règlement",
            f"P{code}",
            valid,
            ("401000", purchase + tax[purchase]),
            ("512000", -purchase - tax[purchase]),
            let=f"S{code}",
            let_on=paid,
        )
        number, month = number + 1, (month.replace(day=1) + timedelta(days=32)).replace(day=1)  # fmt: skip
    return lines


def _entry(
    journal: str, number: int, on: date, label: str, piece: str, valid: date, *amounts: tuple[str, Decimal],
    let: str = "", let_on: date | None = None,
) -> list[Line]:  # fmt: skip
    """Lines of one entry; positive amounts are debits. Only third-party accounts are lettered."""
    return [
        Line(
            journal, number, on, account, max(amount, ZERO), max(-amount, ZERO), label, piece,
            auxiliary={"411000": "CDUPONT", "401000": "FNOËL"}.get(account, ""),
            lettering=let if account in ("401000", "411000") else "",
            lettered_on=let_on if account in ("401000", "411000") else None, validated_on=valid,
        )
        for account, amount in amounts
    ]  # fmt: skip


def _changed(
    lines: Sequence[Line], journal: str, number: int, account: str | None = None, **values: object
) -> list[Line]:
    """The lines, with other values in those of one entry (of one account, if given)."""
    return [
        replace(line, **values)  # type: ignore[arg-type]
        if line.journal == journal and line.number == number and account in (None, line.account)
        else line
        for line in lines
    ]


@dataclass(frozen=True)
class Fec:
    """How one FEC file is written: syntax of the export and what is planted in it."""

    client: str
    dossier: str
    siren: str
    begin: date
    end: date
    separator: str = "\t"
    encoding: str = "utf-8"
    newline: str = "\r\n"
    ending: str = ".txt"
    montant_sens: bool = False
    plant: Callable[[list[Line]], list[Line]] = list
    extra: tuple[str, ...] = ()  # broken lines at the end of the file


def _unpaid(lines: list[Line]) -> list[Line]:
    """Sale 5 is lettered with nothing: an open item."""
    return _changed(lines, "VE", 5, "411000", lettering="", lettered_on=None)


def _not_validated(lines: list[Line]) -> list[Line]:
    return _changed(lines, "AC", 3, validated_on=None)


def _unbalanced(lines: list[Line]) -> list[Line]:
    return _changed(lines, "VE", 2, "706000", credit=Decimal("1.00"))


def _reaching(lines: list[Line]) -> list[Line]:
    """Sale 7 and a bank line of 2024 share a lettering: the old entry is still at work."""
    if lines[0].entry_on.year == 2024:
        return _changed(lines, "BQ", 1, "411000", lettering="LONG", lettered_on=date(2024, 2, 1))
    return _changed(lines, "VE", 7, "411000", lettering="LONG", lettered_on=date(2024, 2, 1))


def _fec_files() -> Iterator[Fec]:
    def year(end: int) -> tuple[date, date]:
        return date(end, 1, 1), date(end, 12, 31)

    d001 = Fec("aubry", "D001", "999000018", *year(2018))
    yield d001
    yield replace(d001, begin=date(2019, 1, 1), end=date(2019, 12, 31), plant=_unpaid)
    for number in (2020, 2023, 2024, 2025):
        yield replace(d001, begin=date(number, 1, 1), end=date(number, 12, 31))
    d002 = Fec(
        "aubry",
        "D002",
        "999000026",
        date(2018, 7, 1),
        date(2019, 6, 30),
        "|",
        "iso8859-15",
        "\n",
        plant=_not_validated,
    )
    yield d002
    for number in (2020, 2023, 2024, 2025):
        yield replace(d002, begin=date(number - 1, 7, 1), end=date(number, 6, 30), plant=list)
    d003 = Fec("aubry", "D003", "999000034", date(2018, 4, 1), date(2019, 3, 31), montant_sens=True)
    for number in (2019, 2020, 2025):
        yield replace(d003, begin=date(number - 1, 4, 1), end=date(number, 3, 31))
    b01 = Fec(
        "belin", "B01", "999000042", *year(2018), encoding="utf-8-sig", newline="\n", plant=_unbalanced,
        extra=(
            "VE\tVentes\t99\t20180231\t706000\tPrestations\t\t\tF99\t20180228\t0,00\t10,00\t\t\tDate impossible\t20190331\t\t",
            "VE\tVentes\t98\t20181130\t706000\tPrestations\t\t\tF98\t20181130\t0,00\tdix euros\t\t\tMontant illisible\t20190331\t\t",
            "ligne tronquée",
        ),
    )  # fmt: skip
    yield b01
    for number in (2019, 2025):
        yield replace(b01, begin=date(number, 1, 1), end=date(number, 12, 31), plant=list, extra=())
    for number in (2018, 2024):
        yield Fec("belin", "B02", "999000042", *year(number), newline="\n", plant=_reaching)
    for number in (2018, 2019):
        yield Fec("corbin", "K01", "999000059", *year(number), ending=".txt.gz")
    yield Fec("corbin", "K02", "999000067", date(2018, 3, 1), date(2019, 2, 28), "|", ending=".TXT")
    yield Fec("corbin", "K02", "999000067", date(2019, 3, 1), date(2020, 2, 29), "|", ending=".TXT")


def fec_text(fec: Fec) -> bytes:
    """The file as the accounting program would export it."""
    header = list(FEC_COLUMNS)
    if fec.montant_sens:
        header[10:12] = ["Montant", "Sens"]
    texts = [fec.separator.join(header)]
    for line in fec.plant(ledger(fec.client, fec.dossier, fec.begin, fec.end)):
        amounts = [_comma(line.debit), _comma(line.credit)]
        if fec.montant_sens:
            amounts = [_comma(line.debit or line.credit), "D" if line.debit else "C"]
        texts.append(
            fec.separator.join(
                [
                    line.journal, JOURNALS[line.journal], f"{line.journal}{line.number:05}", f"{line.entry_on:%Y%m%d}",
                    line.account, ACCOUNTS[line.account], line.auxiliary, "Noël & fils" if line.auxiliary else "", line.piece,
                    f"{line.entry_on:%Y%m%d}", *amounts, line.lettering, _day(line.lettered_on), line.label,
                    _day(line.validated_on), "", "",
                ]
            )
        )  # fmt: skip
    texts += fec.extra
    return (fec.newline.join(texts) + fec.newline).encode(fec.encoding)


def _comma(amount: Decimal) -> str:
    return f"{amount:.2f}".replace(".", ",")


def _day(on: date | None) -> str:
    return f"{on:%Y%m%d}" if on else ""


def movements() -> pl.DataFrame:
    """K03 in our own format: its first fiscal year has eighteen months."""
    lines = [
        *ledger("corbin", "K03", date(2018, 7, 1), date(2019, 12, 31)),
        *ledger("corbin", "K03", date(2025, 1, 1), date(2025, 12, 31)),
    ]
    return pl.DataFrame(
        [
            {
                "client_id": "corbin", "dossier_id": "K03", "journal_code": line.journal,
                "entry_number": f"{line.journal}{line.number:05}", "line_number": number, "entry_on": line.entry_on,
                "account": line.account, "debit": line.debit, "credit": line.credit, "auxiliary_account": line.auxiliary or None,
                "piece": line.piece, "piece_on": line.entry_on, "lettering": line.lettering or None,
                "lettered_on": line.lettered_on, "validated_on": line.validated_on,
            }
            for number, line in enumerate(lines, 1)
        ],
        schema_overrides={"debit": pl.Decimal(18, 2), "credit": pl.Decimal(18, 2)},
    )  # fmt: skip


HOLDS: tuple[Row, ...] = (
    {"hold_id": "H-01", "client_id": "aubry", "dossier_id": "D003", "reason": "Litige prud'homal",
     "legal_basis": "Code du travail, art. L1471-1", "from_on": "2024-05-02", "fiscal_years": "2019"},
    {"hold_id": "H-02", "client_id": "belin", "dossier_id": "B01", "reason": "Contrôle fiscal clos",
     "legal_basis": "LPF, art. L169", "from_on": "2023-01-10", "released_on": "2026-02-01", "fiscal_years": "2019"},
    {"hold_id": "H-03", "client_id": "corbin", "dossier_id": "K01", "reason": "Procédure collective",
     "legal_basis": "Code de commerce, art. L123-22", "from_on": "2021-09-15"},
    {"hold_id": "H-04", "client_id": "aubry", "dossier_id": "D001", "reason": "Réclamation d'un client",
     "legal_basis": "Code civil, art. 2224", "from_on": "2020-01-01", "until_on": "2025-12-31",
     "movements_from": "2018-03-01", "movements_until": "2018-03-31", "accounts": "411"},
)  # fmt: skip


# ---------------------------------------------------------------- writing
class Inbox:
    """Writes files below a folder; every byte follows from the rows alone (no time stamps in archives)."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def bytes(self, name: str, content: bytes) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(gzip.compress(content, 9, mtime=0) if name.endswith(".gz") else content)

    def csv(
        self,
        name: str,
        rows: Iterable[Mapping[str, object]],
        *,
        delimiter: str = ",",
        bad: Sequence[str] = (),
    ) -> None:
        """Rows, then the texts of `bad` as they are."""
        written = list(rows)
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, list(dict.fromkeys(key for row in written for key in row)), restval="",
                                delimiter=delimiter, lineterminator="\n")  # fmt: skip
        writer.writeheader()
        writer.writerows(written)
        self.bytes(name, (text.getvalue() + "".join(f"{line}\n" for line in bad)).encode())

    def ndjson(self, name: str, rows: Iterable[Mapping[str, object]], bad: Sequence[str] = ()) -> None:
        lines = [
            json.dumps({k: v for k, v in row.items() if v not in ("", None)}, ensure_ascii=False)
            for row in rows
        ]
        content = "".join(f"{line}\n" for line in [*lines, *bad])
        if name.endswith(".zst"):
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            # A one-column frame is how Polars compresses any text: no header, no quotes, one row per line.
            pl.DataFrame({"text": content.splitlines()}).write_csv(
                path,
                include_header=False,
                quote_style="never",
                separator="\x1f",
                compression="zstd",
                check_extension=False,
            )
        else:
            self.bytes(name, content.encode())

    def parquet(self, name: str, frame: pl.DataFrame) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.write_parquet(path, compression="zstd", compression_level=9, row_group_size=1 << 20)

    def settings(self, folder: str, text: str) -> None:
        self.bytes(f"{folder}/source.toml", text.encode())


def write(root: Path) -> None:
    """The whole sample inbox below `root` (the real backup listings excepted)."""
    inbox = Inbox(root)
    _write_registry(inbox)
    _write_monitoring(inbox)
    _write_interruptions(inbox)
    _write_tickets(inbox)
    _write_certifications(inbox)
    _write_attestations(inbox)
    _write_backups(inbox)
    _write_history(inbox)


def _write_registry(inbox: Inbox) -> None:
    rows: list[Row] = [
        {
            "environment_id": item.environment_id, "client_id": item.client_id, "client_name": item.client_name,
            "contract_id": CONTRACT, "kind": item.kind, "opened_on": item.opened_on, "closed_on": item.closed_on or "",
        }
        for item in ENVIRONMENTS
    ]  # fmt: skip
    bad = (
        f"c9001,inconnu,Client sans date,{CONTRACT},production,,",
        f"c9002,inconnu,Genre inconnu,{CONTRACT},prod,2024-01-01,",
    )
    inbox.csv("registry/canonical/environments.csv", [*rows, rows[0]], bad=bad)
    inbox.csv("registry/canonical/dossiers.csv", DOSSIERS)


def _write_monitoring(inbox: Inbox) -> None:
    made = {probe: checks(probe) for probe in PROBES}
    alone = ("c0007", "c5104", "c0417-test", "c5101-pre", "c5105-form")
    platform = pl.concat([frame for probe, frame in made.items() if probe.environment_id not in alone]).sort(
        "checked_at", "environment_id", "probe_id"
    )
    month = pl.col("checked_at").dt.convert_time_zone("Europe/Paris").dt.strftime("%Y-%m")
    for (name,), frame in platform.group_by(month, maintain_order=True):
        inbox.parquet(f"monitoring/canonical/plateforme/{name}.parquet", frame)
    _write_single_probes(
        inbox, {probe.environment_id: frame for probe, frame in made.items() if probe.environment_id in alone}
    )
    _write_resent(inbox, platform)
    rows: list[Row] = [
        {
            "environment_id": "c5106",
            "outage_id": key,
            "down_from": iso(local(begin)),
            "down_until": iso(local(end)),
            "message": why,
        }
        for key, begin, end, why in OUTAGES
    ]
    inbox.ndjson("monitoring/outages/obrien.ndjson", [*rows, rows[-1]], bad=(
        '{"environment_id": "c5106", "outage_id": "obr-07", "down_from": "hier matin"}',
        '{"environment_id": "c5106", "outage_id": "obr-08"',
    ))  # fmt: skip


def _write_single_probes(inbox: Inbox, made: Mapping[str, pl.DataFrame]) -> None:
    """Environments whose probes write files of their own, each in another syntax."""
    utc = pl.col("checked_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ")
    inbox.ndjson(
        "monitoring/canonical/oliviers/2025-2026.ndjson.gz",
        made["c5104"].with_columns(utc).iter_rows(named=True),
    )
    inbox.csv(
        "monitoring/canonical/test/c0417-test.csv.gz",
        made["c0417-test"].with_columns(utc).iter_rows(named=True),
    )
    path = inbox.root / "monitoring/canonical/test/c5101-pre.csv.zst"
    made["c5101-pre"].with_columns(utc).write_csv(path, compression="zstd", check_extension=False)
    inbox.csv("monitoring/canonical/test/c5105-form.csv", made["c5105-form"].with_columns(utc).tail(300).iter_rows(named=True), bad=(
        "c5105-form,connexion,2026-03-31T05:00:00Z,DOWNN,7200,,état inconnu",
        "c5105-form,connexion,2026-03-31T05:00:00,up,7200,50,sans fuseau",
        "c5105-form,connexion,31/02/2026 05:00,up,7200,50,jour impossible",
        ",connexion,2026-03-31T05:00:00Z,up,7200,50,sans environnement",
        "c5105-form,connexion,2026-03-31T05:00:00Z,up,quinze,50,période illisible",
    ))  # fmt: skip
    # Cabinet Fort's own probe writes Paris time without an offset, under French names: source.toml says so. The hour that
    # came twice on 26 October 2025 cannot be told apart, so those rows are rejected.
    local_time = pl.col("checked_at").dt.convert_time_zone("Europe/Paris").dt.strftime("%Y-%m-%d %H:%M:%S")
    inbox.settings("monitoring/canonical/fort", (
        'time_zone = "Europe/Paris"\nenvironment_id = "c0007"\ndelimiter = ";"\n\n'
        '[columns]\nprobe_id = "sonde"\nchecked_at = "horodatage"\nstatus = "état"\nlatency_ms = "temps_ms"\n'
        'period_s = "pas_s"\nmessage = "détail"\n'
    ))  # fmt: skip
    fort = made["c0007"].select(
        pl.col("probe_id").alias("sonde"), local_time.alias("horodatage"), pl.col("status").alias("état"),
        pl.col("period_s").alias("pas_s"), pl.col("latency_ms").alias("temps_ms"), pl.col("message").alias("détail"),
    )  # fmt: skip
    inbox.csv("monitoring/canonical/fort/sonde.csv.gz", fort.iter_rows(named=True), delimiter=";")


def _write_resent(inbox: Inbox, platform: pl.DataFrame) -> None:
    """One day of June sent twice: the same rows, shuffled, but for one whose message was completed since."""
    day = platform.filter(
        (pl.col("environment_id") == "c0952") & (pl.col("checked_at").dt.date() == date(2025, 6, 18))
    ).with_columns(pl.col("checked_at").dt.strftime("%Y-%m-%dT%H:%M:%SZ"))
    rows = [dict(row) for row in day.iter_rows(named=True)]
    rows[40]["message"] = "corrigé après relecture"
    Random(SEED).shuffle(rows)
    inbox.csv("monitoring/canonical/renvois/2025-06-18_c0952.csv", rows)


def _write_interruptions(inbox: Inbox) -> None:
    bad = (
        f"MX-1;{CONTRACT};;coffee_break;2025-05-01T10:00:00Z;2025-05-01T11:00:00Z;;;Cause inconnue",
        f"MX-2;{CONTRACT};;force_majeure;;;;;Sans début",
    )
    inbox.settings("interruptions/canonical", 'delimiter = ";"\n')
    inbox.csv("interruptions/canonical/registre.csv", interruptions(), delimiter=";", bad=bad)


def _write_tickets(inbox: Inbox) -> None:
    rows = sorted(tickets(), key=lambda row: str(row["created_at"]))
    first = [row for row in rows if str(row["created_at"]) < "2025-10-01"]
    later = [row for row in rows if str(row["created_at"]) >= "2025-10-01"]
    # T-0014 was still open in the first export; the second one sends it again, closed.
    inbox.csv("tickets/canonical/tickets_2025_ete.csv", first, bad=(
        "T-9001,aubry,c0417,support,incident,high,,,,,,,,,,Sans date",
        "T-9002,aubry,c0417,fax,incident,high,,2025-06-02T08:00:00Z,,,,,,,,Canal inconnu",
    ))  # fmt: skip
    closed = {
        **next(row for row in first if row["ticket_id"] == "T-0014"),
        "closed_at": iso(local("2025-06-02 10:00")),
    }
    inbox.ndjson("tickets/canonical/tickets_2025_hiver.ndjson", [closed, *later], bad=(
        '{"ticket_id": "T-9003", "client_id": "belin", "channel": "support", "kind": "incident", "created_at": "2025-13-01T08:00:00Z"}',
        '["T-9004", "pas un objet"]',
    ))  # fmt: skip
    inbox.csv("tickets/canonical/pauses.csv", PAUSES)
    inbox.csv("tickets/canonical/criticality_changes.csv", CRITICALITY_CHANGES)


def _write_certifications(inbox: Inbox) -> None:
    inbox.csv("certifications/canonical/assignments.csv", ASSIGNMENTS, bad=("aubry,f.noir,,2025-02-30,",))
    inbox.csv(
        "certifications/canonical/attempts.csv", EXAM_ATTEMPTS, bad=("E-900,aubry,c.roux,,2026-03-20,170",)
    )
    inbox.csv("certifications/canonical/major_versions.csv", MAJOR_VERSIONS)


def _write_attestations(inbox: Inbox) -> None:
    bad = (f"{CONTRACT},12,Guide de l'espace client,le 3 mars 2026,",)
    inbox.csv("attestations/canonical/attestations.csv", ATTESTATIONS, bad=bad)


def _write_backups(inbox: Inbox) -> None:
    listed = pl.DataFrame(
        [row for repository in REPOSITORIES for row in listings(repository)],
        schema_overrides={
            "parent_point_id": pl.String,
            "is_scheduled": pl.Boolean,
            **dict.fromkeys(("listed_at", "started_at", "finished_at"), pl.Datetime("ms", "UTC")),
        },
    ).sort("listed_at", "repository_id", "started_at")
    for (year,), frame in listed.group_by(pl.col("listed_at").dt.year(), maintain_order=True):
        inbox.parquet(f"backups/canonical/points_{year}.parquet", frame)
    inbox.csv("backups/canonical/points_documents.csv.gz", document_listings())
    inbox.ndjson("backups/canonical/jobs_2026.ndjson.zst", jobs(), bad=(
        '{"repository_id": "lyon-c5101", "environment_id": "c5101", "content": "data", "job_id": "x", "started_at": "2026-03-01T00:00:00Z", "status": "ok"}',
        '{"repository_id": "lyon-c5101"',
    ))  # fmt: skip
    inbox.csv("backups/canonical/restores.csv", RESTORES, bad=("R-006,c5101,2026-03-01,,,request,success",))


def _write_history(inbox: Inbox) -> None:
    for fec in _fec_files():
        name = f"{fec.siren}FEC{fec.end:%Y%m%d}{fec.ending}"
        inbox.bytes(f"history/fec/{fec.client}/{fec.dossier}/{name}", fec_text(fec))
    inbox.parquet("history/canonical/corbin_K03.parquet", movements())
    columns = ("hold_id", "client_id", "dossier_id", "reason", "legal_basis", "from_on", "until_on", "released_on",
               "movements_from", "movements_until", "fiscal_years", "accounts", "piece")  # fmt: skip
    inbox.csv("holds/canonical/holds.csv", ({name: row.get(name, "") for name in columns} for row in HOLDS), bad=(
        "H-05,corbin,K01,Date impossible,,2025-02-30,,,,,,,",
        "H-06,corbin,K01,,,2025-01-01,,,,,,,",
    ))  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """`python -m tools.samples DIR`: write the inbox, say where."""
    if len(arguments) != 1 or arguments[0].startswith("-"):
        print("usage: python -m tools.samples DIR", file=sys.stderr)
        return 2
    write(Path(arguments[0]))
    print(f"sample inbox written to {arguments[0]}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
