"""Availability night by night: what is kept and what is computed anew must make the marts of an empty warehouse."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.resources import WORK_DATABASE
from pipelines.warehouse import connections, dbt_project
from tests.availability import availability_nights as nights
from tests.build import land

NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
STORIES, PORTIONS = (60, 10) if NIGHTLY else (40, 1)
MARTS = ("monthly_availability", "monthly_availability_by_cause", "outages", "monthly_service_level")
SELECTION = ("--select", *(f"+{mart}" for mart in MARTS), "int_availability_record")


def told(portion: int) -> list[nights.Story]:
    """Stories as Hypothesis draws them, gathered so that they share one warehouse."""
    found: list[nights.Story] = []

    @settings(
        max_examples=STORIES,
        derandomize=not NIGHTLY,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def gather(data: st.DataObject) -> None:
        found.append(data.draw(nights.stories(f"n{portion}-{len(found)}")))

    gather()
    return found


def build(work: Path) -> None:
    """The marts of availability, as a whole build makes them, and remembered as after one."""
    outcomes = dbt_project.build(work, *SELECTION)
    bad = [f"{outcome.unique_id}: {outcome.message}" for outcome in outcomes if outcome.is_bad]
    assert not bad, bad
    dbt_project.finish(work)


def rows(work: Path, query: str) -> list[tuple[Any, ...]]:
    with connections.writer(work / WORK_DATABASE) as con:
        return con.execute(query).fetchall()


def marts(work: Path) -> dict[str, list[tuple[Any, ...]]]:
    return {mart: rows(work, f"select * from sla_marts.{mart} order by all") for mart in MARTS}


def anew(work: Path, folder: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The marts from the same landing tables with nothing kept."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    shutil.copy(work / WORK_DATABASE, folder)
    build(folder)
    return marts(folder)


@pytest.mark.parametrize("portion", range(PORTIONS))
def test_marts_kept_from_night_to_night_are_those_of_an_empty_warehouse(tmp_path: Path, portion: int) -> None:
    found = told(portion)
    work = tmp_path / "work"
    kept: list[float] = []
    for night, as_of in enumerate(nights.NIGHTS):
        nights.write_night(tmp_path / "inbox", found, night)
        land(tmp_path / "inbox", work, as_of, nights.write_contract(tmp_path / "terms", found, night))
        build(work)
        # Every other night outside the nightly profile, the last one among them: what is wrongly kept stays wrong.
        is_compared = NIGHTLY or night % 2 == (len(nights.NIGHTS) - 1) % 2
        same = anew(work, tmp_path / "anew") if is_compared else marts(work)
        for mart, got in marts(work).items():
            wrong = set(got) ^ set(same[mart])
            assert got == same[mart], (
                f"night {night}, {mart}: {len(wrong)} rows differ, {sorted(map(str, wrong))[:4]}"
            )
        kept += [
            share
            for (share,) in rows(
                work,
                "select avg((windows.environment_id is null or windows.kept_until is not null)::int)"
                " from sla_intermediate.int_environment_spans as spans"
                " left join sla_intermediate.int_availability_windows as windows using (environment_id)",
            )
        ]
    assert sum(share > 0.2 for share in kept) >= 3, f"too little was kept to tell anything: {kept}"


MARK = "update sla_marts.{} set contract_id = 'untouched' where {} < '2026-05-01'"
MARKED = "select min({0}), max({0}), count(*) from sla_marts.{1} where contract_id = 'untouched'"


def quiet_world(folder: Path) -> None:
    """A probe a quarter of an hour, two of them, from February to 9 May; an outage in each month."""
    registry = folder / "registry/canonical/environments.csv"
    registry.parent.mkdir(parents=True)
    registry.write_text(
        "environment_id,client_id,contract_id,kind,opened_on\ne,k,quadra-expert-2023-09,production,2020-01-01\n"
    )
    write_checks(folder, datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 5, 10, tzinfo=UTC))


def write_checks(folder: Path, first: datetime, until: datetime) -> None:
    lines = ["environment_id,probe_id,checked_at,status,period_s"]
    at = first
    while at < until:
        status = "down" if at.day == 12 and at.hour == 9 else "up"
        lines += [f"e,{probe},{at.isoformat()},{status},900" for probe in ("p", "q")]
        at += timedelta(minutes=15)
    path = folder / "monitoring/canonical" / f"{first:%Y-%m-%d}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines))


def test_quiet_night_reads_and_writes_its_own_months_only(tmp_path: Path) -> None:
    inbox, work = tmp_path / "inbox", tmp_path / "work"
    quiet_world(inbox)
    land(inbox, work, datetime(2026, 5, 10, tzinfo=UTC))
    build(work)
    before = marts(work)
    rows(work, MARK.format("monthly_availability", "month"))
    rows(work, MARK.format("outages", "down_from"))

    write_checks(inbox, datetime(2026, 5, 10, tzinfo=UTC), datetime(2026, 5, 11, tzinfo=UTC))
    land(inbox, work, datetime(2026, 5, 11, tzinfo=UTC))
    build(work)
    assert rows(work, MARKED.format("month", "monthly_availability"))[0][2] == 3
    assert rows(work, MARKED.format("down_from", "outages"))[0][2] == 3
    assert rows(work, "select min(utc_day)::varchar from sla_intermediate.int_probe_runs_seen") == [
        ("2026-04-30",)
    ]
    assert rows(work, "select distinct month::varchar from sla_intermediate.int_availability_pieces") == [
        ("2026-05-01",)
    ]

    # What was late for March is computed anew from March on, and February stays.
    write_checks(inbox, datetime(2026, 3, 12, 9, 7, tzinfo=UTC), datetime(2026, 3, 12, 9, 9, tzinfo=UTC))
    land(inbox, work, datetime(2026, 5, 11, tzinfo=UTC))
    build(work)
    assert [str(month) for month in rows(work, MARKED.format("month", "monthly_availability"))[0][:2]] == [
        "2026-02-01"
    ] * 2
    assert len(rows(work, "from sla_marts.outages")) == len(before["outages"])


def test_build_that_did_not_go_through_is_followed_by_one_of_what_was_due(tmp_path: Path) -> None:
    inbox, work = tmp_path / "inbox", tmp_path / "work"
    quiet_world(inbox)
    land(inbox, work, datetime(2026, 5, 10, tzinfo=UTC))
    build(work)
    write_checks(inbox, datetime(2026, 4, 12, 9, 7, tzinfo=UTC), datetime(2026, 4, 12, 9, 9, tzinfo=UTC))
    land(inbox, work, datetime(2026, 5, 10, tzinfo=UTC))
    dbt_project.build(work, "--select", "+int_availability_due")  # and then the machine goes down
    rows(work, MARK.format("monthly_availability", "month"))
    build(work)  # April is due, and how it began no longer known: March is computed with it
    assert [str(month) for month in rows(work, MARKED.format("month", "monthly_availability"))[0][:2]] == [
        "2026-02-01"
    ] * 2
    rows(work, MARK.format("monthly_availability", "month"))
    build(work)  # nothing is due
    assert rows(work, MARKED.format("month", "monthly_availability"))[0][2] == 3
    stamp = work / "livret.digest"
    stamp.write_text("another code")
    build(work)
    assert rows(work, MARKED.format("month", "monthly_availability"))[0][2] == 0
