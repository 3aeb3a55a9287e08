"""Marts built from the samples say what `data/samples/README.md` says; every figure was derived by hand."""

from __future__ import annotations

from typing import Any

import duckdb

Marts = duckdb.DuckDBPyConnection
ALL_WATCHED = ("c0007", "c0417", "c0952", "c1203", "c5101", "c5102", "c5103", "c5104", "c5105", "c5106")
WORKING_DAY_S = 13 * 3600  # 07:00-20:00
WORKING_DAYS = {
    "2025-04": 21, "2025-05": 19, "2025-06": 20, "2025-07": 22, "2025-08": 20, "2025-09": 22,
    "2025-10": 23, "2025-11": 19, "2025-12": 22, "2026-01": 21, "2026-02": 20,
}  # fmt: skip
COUNTED = {  # (environment, month): seconds of TI; every other judged month has none
    ("c5106", "2025-05"): 4446,
    ("c5106", "2025-06"): 4681,
    ("c5101", "2025-07"): 2700,
    ("c5103", "2025-08"): 3600,
    ("c0417", "2025-10"): 5400,
    ("c0952", "2025-11"): 4500,
    **{(environment, "2025-12"): 3600 for environment in ALL_WATCHED},
    ("c1203", "2025-12"): 5400,
    ("c0007", "2026-03"): 1800,
    ("c5105", "2026-03"): 7200,
}
NOT_MET = {
    ("c5106", "2025-06"): "broken",
    ("c0417", "2025-10"): "broken",
    ("c0952", "2025-11"): "broken",
    ("c1203", "2025-12"): "broken",
    ("c5102", "2026-02"): "inconclusive",
    ("c0007", "2026-03"): "broken",
    ("c3310", "2026-03"): "inconclusive",
    ("c5105", "2026-03"): "broken",
}
TICKETS = {  # (ticket, commitment): outcome, seconds used (None: not measured)
    ("T-0001", "take_in_charge"): ("met", 14400),
    ("T-0002", "take_in_charge"): ("breached", 14401),
    ("T-0003", "take_in_charge"): ("met", 21600),
    ("T-0004", "take_in_charge"): ("breached", 30600),
    ("T-0005", "take_in_charge"): ("met", 4500),
    ("T-0006", "take_in_charge"): ("met", 0),
    ("T-0007", "take_in_charge"): ("running", 1800),
    ("T-0008", "take_in_charge"): ("breached", 57600),
    ("T-0009", "take_in_charge"): ("unclassified", None),
    ("T-0010", "take_in_charge"): ("unclassified", None),
    ("T-0011", "take_in_charge"): ("not_covered", None),
    ("T-0012", "take_in_charge"): ("not_covered", None),
    ("T-0013", "take_in_charge"): ("not_covered", None),
    ("T-0014", "take_in_charge"): ("not_covered", None),
    ("T-0015", "take_in_charge"): ("not_covered", None),
    ("T-0016", "action_plan"): ("met", 43200),
    ("T-0017", "action_plan"): ("breached", 50400),
    ("T-0018", "fix_or_workaround"): ("met", None),
    ("T-0019", "fix_or_workaround"): ("breached", None),
    ("T-0020", "fix_or_workaround"): ("running", None),
    ("T-0021", "fix_or_workaround"): ("no_commitment", None),
    ("T-0022", "fix_or_workaround"): ("awaiting_qualification", None),
    ("T-0023", "take_in_charge"): ("breached", 36000),
    ("T-0024", "take_in_charge"): ("met", 17100),
}
REASONS = {
    "T-0011": "usage_question",
    "T-0012": "paid_service",
    "T-0013": "customer_service",
    "T-0014": "unsupported_version",
    "T-0015": "duplicate",
    "T-0025": "usage_question",
    "T-0026": "usage_question",
    "T-0027": "user_not_certified",
}
BACKUPS = {  # environment: required, covered when taken, restorable now
    "c0007": (24, 0, 0),
    "c0417": (45, 42, 40),
    "c0417-test": (45, 0, 0),
    "c0952": (45, 43, 28),
    "c1203": (45, 37, 37),
    "c2044": (45, 18, 9),
    "c3310": (11, 0, 0),
    "c5101": (45, 45, 45),
    "c5101-pre": (45, 38, 38),
    "c5102": (45, 0, 0),
    "c5103": (45, 31, 31),
    "c5104": (45, 45, 30),
    "c5105": (45, 43, 43),
    "c5105-form": (45, 0, 0),
    "c5106": (45, 0, 0),
}
YEAR = {"entries": 49, "lines": 122}  # every generated fiscal year of twelve months
LEDGERS = {  # (dossier, closing day, verdict): entries
    ("aubry/D001", "2018-12-31", "purge"): 49,
    ("aubry/D001", "2019-12-31", "purge"): 48,
    ("aubry/D001", "2019-12-31", "blocked"): 1,
    ("aubry/D001", "2020-12-31", "hold_tax"): 49,
    ("aubry/D001", "2023-12-31", "hold_tax"): 49,
    ("aubry/D001", "2024-12-31", "keep"): 49,
    ("aubry/D001", "2025-12-31", "keep"): 49,
    ("aubry/D002", "2019-06-30", "purge"): 47,
    ("aubry/D002", "2019-06-30", "blocked"): 2,
    ("aubry/D002", "2020-06-30", "hold_tax"): 49,
    ("aubry/D002", "2023-06-30", "hold_tax"): 49,
    ("aubry/D002", "2024-06-30", "keep"): 49,
    ("aubry/D002", "2025-06-30", "keep"): 49,
    ("aubry/D003", "2019-03-31", "hold"): 49,
    ("aubry/D003", "2020-03-31", "hold_tax"): 49,
    ("aubry/D003", "2025-03-31", "keep"): 49,
    ("belin/B01", "2018-12-31", "purge"): 47,
    ("belin/B01", "2018-12-31", "blocked"): 2,
    ("belin/B01", "2019-12-31", "purge"): 49,
    ("belin/B01", "2025-12-31", "keep"): 49,
    ("belin/B02", "2018-12-31", "purge"): 48,
    ("belin/B02", "2018-12-31", "blocked"): 1,
    ("belin/B02", "2024-12-31", "keep"): 49,
    ("corbin/K01", "2018-12-31", "hold"): 49,
    ("corbin/K01", "2019-12-31", "hold"): 49,
    ("corbin/K02", "2019-02-28", "purge"): 49,
    ("corbin/K02", "2020-02-29", "purge"): 49,
    ("corbin/K03", "2019-12-31", "purge"): 73,
    ("corbin/K03", "2025-12-31", "keep"): 49,
}


def rows(marts: Marts, query: str) -> list[tuple[Any, ...]]:
    return marts.execute(query).fetchall()


def by_month(marts: Marts, column: str, where: str = "true") -> dict[tuple[str, str], Any]:
    query = f"select environment_id, strftime(month, '%Y-%m'), {column} from sla_marts.monthly_availability"
    return {
        (environment, month): found for environment, month, found in rows(marts, f"{query} where {where}")
    }


# ---------------------------------------------------------------- availability
def test_reference_is_the_working_days_of_the_month(marts: Marts) -> None:
    found = {
        month: seconds for (name, month), seconds in by_month(marts, "reference_s").items() if name == "c0952"
    }
    last = found.pop("2026-03")
    assert found == {month: days * WORKING_DAY_S for month, days in WORKING_DAYS.items()}
    assert last == 21 * WORKING_DAY_S + 2 * 3600


def test_reference_is_cut_where_an_environment_opens_or_closes(marts: Marts) -> None:
    found = by_month(marts, "reference_s")
    assert found["c5104", "2025-09"] == 12 * WORKING_DAY_S
    assert found["c2044", "2026-02"] == 15 * WORKING_DAY_S
    assert found["c0007", "2026-03"] == 6 * WORKING_DAY_S
    assert found["c3310", "2026-03"] == 7 * WORKING_DAY_S + 2 * 3600


def test_only_the_planted_downtime_counts(marts: Marts) -> None:
    assert by_month(marts, "counted_s", "counted_s <> 0") == COUNTED


def test_verdicts_are_the_planted_ones(marts: Marts) -> None:
    judged = by_month(marts, "verdict", "environment_kind = 'production'")
    assert {key: verdict for key, verdict in judged.items() if verdict != "met"} == NOT_MET


def test_what_is_not_production_is_never_judged(marts: Marts) -> None:
    assert set(by_month(marts, "verdict", "environment_kind <> 'production'").values()) == {None}


def test_a_rate_that_would_round_up_to_the_target_is_broken(marts: Marts) -> None:
    rate = by_month(marts, "availability_pct")["c0417", "2025-10"]
    assert round(rate, 2) == 99.5 and rate < 99.5


def test_exactly_the_target_is_met_and_one_second_less_is_not(marts: Marts) -> None:
    left = by_month(marts, "error_budget_left_s")
    assert left["c5106", "2025-05"] == 0
    assert left["c5106", "2025-06"] == -1
    assert by_month(marts, "is_met")["c5106", "2025-05"] is True
    assert by_month(marts, "is_met")["c5106", "2025-06"] is False


def test_overlapping_exclusions_take_no_second_twice(marts: Marts) -> None:
    assert by_month(marts, "excluded_s")["c5101", "2025-07"] == 15_300
    causes = rows(
        marts,
        "select cause, excluded_s from sla_marts.monthly_availability_by_cause"
        " where environment_id = 'c5101' and month = date '2025-07-01' and excluded_s > 0",
    )
    assert dict(causes) == {"force_majeure": 14_400, "urgent_maintenance": 900}


def test_a_network_of_the_client_costs_the_provider_nothing(marts: Marts) -> None:
    assert by_month(marts, "unavailable_s")["c5103", "2026-01"] == 75_600
    assert by_month(marts, "excluded_s")["c5103", "2026-01"] == 75_600


def test_silence_is_shown_and_decides_nothing_by_itself(marts: Marts) -> None:
    unobserved = by_month(marts, "unobserved_s", "environment_kind = 'production' and unobserved_s > 0")
    assert unobserved == {
        ("c0952", "2025-08"): 3_600,
        ("c5102", "2026-02"): 111_600,
        ("c3310", "2026-03"): 7 * WORKING_DAY_S + 2 * 3600,
    }


def test_an_outage_without_an_end_is_still_down(marts: Marts) -> None:
    open_outages = rows(
        marts, "select environment_id, counted_s from sla_marts.outages where down_until is null"
    )
    assert open_outages == [("c5105", 7_200)]


# ---------------------------------------------------------------- support
def test_planted_tickets_have_the_planted_outcome(marts: Marts) -> None:
    found = {
        (ticket, commitment): (outcome, elapsed)
        for ticket, commitment, outcome, elapsed in rows(
            marts, "select ticket_id, commitment, outcome, elapsed_s from sla_marts.ticket_commitments"
        )
    }
    for key, (outcome, seconds) in TICKETS.items():
        assert found[key][0] == outcome, key
        if seconds is not None:
            assert found[key][1] == seconds, key


def test_tickets_out_of_scope_say_why(marts: Marts) -> None:
    found = rows(
        marts,
        "select ticket_id, not_covered_reason from sla_marts.ticket_commitments"
        " where ticket_id < 'T-1' and outcome = 'not_covered'",
    )
    assert dict(found) == REASONS


def test_users_stand_where_their_exams_and_assignments_put_them(marts: Marts) -> None:
    found = rows(
        marts,
        "select user_id, status, has_free_questions, attempts_too_early from sla_marts.user_certifications",
    )
    assert sorted(found) == [
        ("a.martin", "certified", True, 1),
        ("b.petit", "neither", False, 0),
        ("c.roux", "learning", True, 0),
        ("d.faure", "unassigned", None, 0),
        ("e.moreau", "neither", False, 0),
    ]


def test_quiet_tickets_are_all_in_time_or_out_of_scope(marts: Marts) -> None:
    outcomes = rows(
        marts,
        "select outcome, count(*) from sla_marts.ticket_commitments where ticket_id > 'T-1' group by outcome",
    )
    assert dict(outcomes).keys() == {"met", "not_covered"}
    assert sum(count for _, count in outcomes) == 180


# ---------------------------------------------------------------- backups
def test_nights_are_covered_and_restorable_as_told(marts: Marts) -> None:
    found = rows(
        marts,
        "select environment_id, required_nights, covered_nights, restorable_nights"
        " from sla_marts.backup_coverage where content = 'data'",
    )
    assert {environment: tuple(nights) for environment, *nights in found} == BACKUPS


def test_a_late_manifest_makes_coverage_an_interval(marts: Marts) -> None:
    found = rows(
        marts,
        "select environment_id, round(coverage_floor_pct, 2), round(coverage_max_pct, 2)"
        " from sla_marts.backup_coverage where content = 'data' and late_manifest",
    )
    assert found == [("c5101-pre", 84.44, 100.0)]


def test_early_expiry_is_proven_by_listings(marts: Marts) -> None:
    found = rows(
        marts, "select environment_id, expired_early from sla_marts.backup_coverage where expired_early > 0"
    )
    assert dict(found) == {"c0417": 2, "c0952": 15, "c2044": 9, "c5104": 15}


def test_points_that_do_not_cover_are_counted(marts: Marts) -> None:
    found = rows(
        marts,
        "select night_on::varchar, late_points, manual_points, partial_points, failed_jobs"
        " from sla_marts.backup_nights where environment_id = 'c5105' and content = 'data'"
        " and late_points + manual_points + partial_points + failed_jobs > 0 order by night_on",
    )
    assert [night for night, *_ in found] == ["2026-03-03", "2026-03-05", "2026-03-12", "2026-03-17"]
    late, retried, partial, manual = (counts for _, *counts in found)
    assert late == [1, 0, 0, 0]
    assert retried == [0, 0, 0, 1]
    assert partial[2] == 1
    assert manual == [0, 2, 0, 0]


# ---------------------------------------------------------------- history
def test_ledgers_get_the_planted_verdicts(marts: Marts) -> None:
    found = rows(
        marts,
        "select client_id || '/' || dossier_id, fiscal_year_end::varchar, verdict, sum(entries)::int"
        " from sla_marts.history_purge_candidates where verdict <> 'quarantine' group by all",
    )
    assert {tuple(key): entries for *key, entries in found} == LEDGERS


def test_a_ledger_of_twelve_months_is_whole(marts: Marts) -> None:
    found = rows(
        marts,
        "select sum(entries)::int, sum(lines)::int, sum(debit) = sum(credit)"
        " from sla_marts.history_purge_candidates where dossier_id = 'D001' and verdict = 'keep'",
    )
    assert found == [(2 * YEAR["entries"], 2 * YEAR["lines"], True)]


def test_unreadable_ledger_lines_are_in_quarantine(marts: Marts) -> None:
    found = rows(
        marts,
        "select client_id, dossier_id, sum(lines)::int from sla_marts.history_purge_candidates"
        " where verdict = 'quarantine' group by all",
    )
    assert found == [("belin", "B01", 3)]


def test_every_reason_to_block_shows(marts: Marts) -> None:
    found = rows(
        marts, "select distinct reasons from sla_marts.history_purge_candidates where verdict = 'blocked'"
    )
    assert {reason for (reason,) in found} == {
        "open_item",
        "not_validated",
        "unbalanced",
        "lettering_reaches_period",
    }


# ---------------------------------------------------------------- evidence
def test_every_row_of_every_file_is_accounted_for(marts: Marts) -> None:
    found = rows(
        marts,
        "select count(*), count(*) filter (rows_in = rows_accepted + rows_duplicate + rows_rejected)"
        " from sla_marts.input_files",
    )
    assert found[0][0] == found[0][1] > 80


def test_every_source_tells_its_bad_rows(marts: Marts) -> None:
    found = dict(rows(marts, "select source, count(*) from sla_marts.rejects group by source"))
    assert found == {
        "attestations": 1,
        "registry": 2,
        "monitoring": 15,
        "interruptions": 2,
        "tickets": 4,
        "certifications": 2,
        "backups": 5,
        "history": 3,
        "holds": 2,
    }


def test_the_hour_that_comes_twice_is_rejected_not_guessed(marts: Marts) -> None:
    found = rows(marts, "select count(*) from sla_marts.rejects where rule = 'local_time_comes_twice'")
    assert found == [(8,)]
