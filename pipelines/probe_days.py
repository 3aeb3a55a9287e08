"""Summaries of raw checks by probe and UTC day, kept up to date as checks arrive.

A year of checks tells little: a probe says "up" all day long. `landing.probe_runs` holds that in a row or two
per probe and day, `landing.probe_gaps` what is needed to deduce a period that nobody gave. Models read these;
the raw checks stay for evidence. What a summary says depends on its day's checks alone, never on contract,
`as_of` or order of arrival.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import duckdb

PROBE_DAYS_AT_ONCE = 5_000  # about 7 million checks of one a minute: bounds memory

# A run ends where its state or its given period changes, and at a silence of more than `SILENCE` times the
# period. That is finer than any validity in use, so runs only need to be joined again; a validity below it
# makes the models read the day's raw checks instead (`gap_limit_us` tells). It bounds the rows of a summary,
# never a figure.
SILENCE = 2

_CREATE = """
create table if not exists landing.probe_runs (
    probe_key integer not null, day date not null, state varchar not null,
    first_at timestamptz not null, last_at timestamptz not null, checks bigint not null,
    period_us bigint, gap_limit_us bigint not null,
    first_file_id integer not null, first_line bigint not null, last_file_id integer not null, last_line
    bigint not null
);
create table if not exists landing.probe_gaps (
    probe_key integer not null, day date not null, gap_us bigint not null, gaps bigint not null
);
create table if not exists landing.changed_probe_days (probe_key integer not null, day date not null);
comment on table landing.probe_runs is
    'One row per probe, UTC day and run of checks of one state without a long silence between them.';
comment on table landing.probe_gaps is
    'One row per probe, UTC day and length of the gap after a check that gives no period of its own.';
"""

# The UTC day by arithmetic: a cast of timestamptz to date goes through the calendar, at ten times the cost.
_DAY = "date '1970-01-01' + (epoch_us(checked_at) // 86400000000)::integer"

# R3: degraded is up. The last row of an instant is what holds on; rows of one instant are rare, so that the
# general case needs no look. Gap limits are those of the check before the gap, as validity is.
_STEPPED = """
with seen as (
    select
        checks.probe_key, {day} as day, checks.checked_at,
        case checks.status when 'degraded' then 'up' else checks.status end as state,
        round(checks.period_s * 1000000)::bigint as period_us, checks.file_id, checks.line
    from landing.checks
    {later}
    where checks.checked_at >= '{first}'::timestamptz and checks.checked_at < '{until}'::timestamptz
)
select
    seen.*,
    epoch_us(seen.checked_at) - epoch_us(lag(seen.checked_at) over following) as previous_gap_us,
    epoch_us(lead(seen.checked_at) over following) - epoch_us(seen.checked_at) as gap_us,
    lag(seen.state) over following as previous_state,
    lead(seen.state) over following as next_state,
    lag(seen.period_us) over following as previous_period_us,
    lead(seen.period_us) over following as next_period_us,
    row_number() over following as place
from seen
semi join summarised on summarised.probe_key = seen.probe_key and summarised.day = seen.day
window following as (partition by seen.probe_key, seen.day order by seen.checked_at)
"""
_LATER = """
anti join later on later.probe_key = checks.probe_key and later.checked_at = checks.checked_at
    and later.sequence > checks.sequence
"""
_GAPS = """
insert into landing.probe_gaps
select probe_key, day, gap_us, count(*) from ({stepped})
where period_us is null and gap_us is not null
group by all
"""
_RUNS = """
insert into landing.probe_runs
with usual as (
    select probe_key, day, quantile_disc(gap_us, 0.5) as usual_us
    from (
        select probe_key, day, gap_us, unnest(range(gaps))
        from landing.probe_gaps semi join summarised using (probe_key, day)
    )
    group by all
),
limited as (
    select
        stepped.*,
        {silence} * coalesce(stepped.period_us, usual.usual_us, 0) as gap_limit_us,
        {silence} * coalesce(stepped.previous_period_us, usual.usual_us, 0) as previous_limit_us
    from ({stepped}) as stepped
    left join usual using (probe_key, day)
),
marked as (
    select
        *,
        previous_gap_us is null or previous_state <> state or previous_period_us is distinct from period_us
            or previous_gap_us > previous_limit_us as is_first,
        gap_us is null or next_state <> state or next_period_us is distinct from period_us
            or gap_us > gap_limit_us as is_last
    from limited
),
bounds as (
    select
        *,
        case when is_last then checked_at else lead(checked_at) over following end as last_at,
        case when is_last then place else lead(place) over following end as last_place,
        case when is_last then file_id else lead(file_id) over following end as last_file_id,
        case when is_last then line else lead(line) over following end as last_line
    from marked
    where is_first or is_last
    window following as (partition by probe_key, day order by checked_at)
)
select
    probe_key, day, state, checked_at, last_at, last_place - place + 1, period_us,
    case when is_last then 0 else gap_limit_us end, file_id, line, last_file_id, last_line
from bounds
where is_first
order by day, probe_key, checked_at
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the summary tables that are not there yet."""
    con.execute(_CREATE)


def touch(con: duckdb.DuckDBPyConnection, checks: str) -> None:
    """Remember the probe days of a query that gives (probe_key, checked_at)."""
    con.execute(f"insert into landing.touched_probe_days select distinct probe_key, {_DAY} from ({checks})")


def refresh(con: duckdb.DuckDBPyConnection) -> None:
    """Summarise the touched probe days anew; the others are not looked at. Call it within a transaction.

    What was touched is remembered in the database: after a crash between merge and refresh the next call
    makes it good.
    """
    for first, until in _stretches(con):
        con.execute(
            """
            create or replace temp table summarised as
            select distinct probe_key, day from landing.touched_probe_days where day between ? and ?
            """,
            [first, until - timedelta(days=1)],
        )
        for table in ("probe_runs", "probe_gaps"):
            con.execute(
                f"""
                delete from landing.{table} as stored using summarised
                where stored.probe_key = summarised.probe_key and stored.day = summarised.day
                    and stored.day >= ? and stored.day < ?
                """,
                [first, until],
            )
        bounds = {"first": f"{first} 00:00:00+00", "until": f"{until} 00:00:00+00"}
        stepped = _STEPPED.format(day=_DAY, later=_later(con, bounds), **bounds)
        if _has_unknown_periods(con, bounds):
            con.execute(_GAPS.format(stepped=stepped))
        con.execute(_RUNS.format(stepped=stepped, silence=SILENCE))
    con.execute(
        """
        insert into landing.changed_probe_days
        select probe_key, min(day) from landing.touched_probe_days group by probe_key;
        delete from landing.touched_probe_days;
        """
    )


def _has_unknown_periods(con: duckdb.DuckDBPyConnection, bounds: dict[str, str]) -> bool:
    row = con.execute(
        """
        select exists (
            select 1 from landing.checks
            where period_s is null
                and checked_at >= '{first}'::timestamptz and checked_at < '{until}'::timestamptz
        )
        """.format(**bounds)
    ).fetchone()
    return bool(row and row[0])


def _later(con: duckdb.DuckDBPyConnection, bounds: dict[str, str]) -> str:
    """The join that leaves the last row of each instant, or nothing where every instant has one row."""
    con.execute(
        """
        create or replace temp table later as
        select probe_key, checked_at, max(sequence) as sequence from landing.checks
        where sequence > 0 and checked_at >= '{first}'::timestamptz and checked_at < '{until}'::timestamptz
        group by all
        """.format(**bounds)
    )
    row = con.execute("select count(*) from later").fetchone()
    return _LATER if row and row[0] else ""


def _stretches(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[date, date]]:
    """[first, until) of the touched days, so many at once that memory stays bounded."""
    days = con.execute(
        "select day, count(distinct probe_key) from landing.touched_probe_days group by day order by day"
    ).fetchall()
    first: date | None = None
    gathered, after = 0, date.min
    for day, probes in days:
        if first is not None and gathered + probes > PROBE_DAYS_AT_ONCE:
            yield first, after
            first, gathered = None, 0
        first = first or day
        after, gathered = day + timedelta(days=1), gathered + probes
    if first is not None:
        yield first, after
