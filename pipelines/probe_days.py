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
ROWS_SKIPPED = 1_000_000  # checks of untouched days that are read sooner than the touched ones are read apart

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
_DAY_US = 86_400_000_000
_DAY = f"date '1970-01-01' + (epoch_us(checked_at) // {_DAY_US})::integer"

# Checks that lie side by side, of one probe, day, state and period, each later than the one before and no long
# silence between them, are a piece; only its first and last row are looked at further. A silence errs by a
# microsecond to the side of more pieces: they are joined again below.
_PIECES = """
create or replace temp table pieces as
with seen as (
    select
        probe_key, epoch_us(checked_at) as us, epoch_us(checked_at) // {day_us} as day_number,
        case status when 'down' then 1::utinyint when 'unknown' then 2::utinyint else 0::utinyint end as state,
        period_s, limit_s * 1000000 - 1 as limit_us, file_id, line
    from ({checks})
),
marked as (
    select
        *, row_number() over beside as place,
        lag(probe_key) over beside is distinct from probe_key or lag(day_number) over beside <> day_number
        or lag(us) over beside >= us or lag(state) over beside <> state
        or lag(period_s) over beside is distinct from period_s
        or us - lag(us) over beside > limit_us as is_first
    from seen
    window beside as ({beside})
),
edges as (
    select * from (select *, coalesce(lead(is_first) over beside, true) as is_last from marked window beside as ({beside}))
    where is_first or is_last
),
paired as (
    select
        *, date '1970-01-01' + day_number::integer as day,
        case when is_last then place else lead(place) over following end as last_place,
        case when is_last then us else lead(us) over following end as last_us,
        case when is_last then file_id else lead(file_id) over following end as last_file_id,
        case when is_last then line else lead(line) over following end as last_line
    from edges
    window following as (partition by probe_key, day_number order by place)
)
select
    probe_key, day,
    case state when 1 then 'down' when 2 then 'unknown' else 'up' end as state,
    round(period_s * 1000000)::bigint as period_us,
    case
        when period_s is null then round(nullif(limit_us, 'infinity'::double) + 1)::bigint
        else {silence} * round(period_s * 1000000)::bigint
    end as limit_us,
    make_timestamptz(us) as first_at, make_timestamptz(last_us) as last_at, last_place - place + 1 as checks,
    file_id as first_file_id, line as first_line, last_file_id, last_line
from paired
semi join {probe_days} using (probe_key, day)
where is_first
"""

# As they lie: no ordering, one pass. Enough where what lies side by side is in order, as after most nights.
_LYING = """
    select probe_key, checked_at, status, period_s, {silence} * coalesce(period_s, 'infinity'::double) as limit_s, file_id, line
    from landing.checks
    where checked_at >= '{first}'::timestamptz and checked_at < '{until}'::timestamptz
"""
# Probe days in which that was not so, or whose periods are to be deduced.
_TANGLED = """
create or replace temp table tangled as
select probe_key, day from (
    select *, lead(first_at) over (partition by probe_key, day order by first_at) as next_at from pieces
)
group by all
having bool_or(next_at <= last_at) or bool_or(period_us is null)
"""
# In order. The last row of an instant is what holds on. Gap limits are those of the check before the gap, as
# validity is; where no period is given the day's usual gap stands for it.
_ORDERED = """
create or replace temp table ordered as
with seen as (
    select probe_key, {day} as day, checked_at, status, period_s, file_id, line, sequence
    from landing.checks
    where checked_at >= '{first}'::timestamptz and checked_at < '{until}'::timestamptz
),
known as (
    select seen.* from seen semi join tangled using (probe_key, day)
    qualify row_number() over (partition by probe_key, checked_at order by sequence desc) = 1
)
select
    *, epoch_us(lead(checked_at) over (partition by probe_key, day order by checked_at)) - epoch_us(checked_at) as gap_us
from known
"""
_GAPS = """
insert into landing.probe_gaps
select probe_key, day, gap_us, count(*) from ordered
where period_s is null and gap_us is not null
group by all
"""
_USUAL = """
    select
        ordered.*, {silence} * coalesce(ordered.period_s, usual.usual_us / 1000000, 0) as limit_s
    from ordered
    left join (
        select probe_key, day, quantile_disc(gap_us, 0.5) as usual_us
        from (
            select probe_key, day, gap_us, unnest(range(gaps))
            from landing.probe_gaps semi join tangled using (probe_key, day)
        )
        group by all
    ) as usual using (probe_key, day)
"""
_RUNS = """
insert into landing.probe_runs
with beside as (
    select
        *,
        lag(state) over following = state
        and lag(period_us) over following is not distinct from period_us
        and epoch_us(first_at) - epoch_us(lag(last_at) over following) <= lag(limit_us) over following as is_more
    from pieces {but}
    window following as (partition by probe_key, day order by first_at)
),
numbered as (
    select
        *, count(*) filter (not coalesce(is_more, false)) over (partition by probe_key, day order by first_at) as run
    from beside
)
select
    probe_key, day, any_value(state), min(first_at), max(last_at), sum(checks)::bigint, any_value(period_us),
    case when sum(checks) > 1 then any_value(limit_us) else 0 end,
    min_by(first_file_id, first_at), min_by(first_line, first_at),
    max_by(last_file_id, last_at), max_by(last_line, last_at)
from numbered
group by probe_key, day, run
order by day, probe_key, min(first_at)
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
        names = {"first": f"{first} 00:00:00+00", "until": f"{until} 00:00:00+00", "silence": SILENCE}
        names |= {"day": _DAY, "day_us": str(_DAY_US)}
        lying = _LYING.format(**names)
        con.execute(_PIECES.format(checks=lying, beside="", probe_days="summarised", **names))
        con.execute(_TANGLED)
        con.execute(_RUNS.format(but="anti join tangled using (probe_key, day)"))
        if con.execute("select exists (from tangled)").fetchone() == (True,):
            con.execute(_ORDERED.format(**names))
            con.execute(_GAPS)
            in_order = "partition by probe_key, day_number order by us"
            usual = _USUAL.format(**names)
            con.execute(_PIECES.format(checks=usual, beside=in_order, probe_days="tangled", **names))
            con.execute(_RUNS.format(but=""))
    con.execute(
        """
        insert into landing.changed_probe_days
        select probe_key, min(day) from landing.touched_probe_days group by probe_key;
        delete from landing.touched_probe_days;
        """
    )


def _stretches(con: duckdb.DuckDBPyConnection) -> Iterator[tuple[date, date]]:
    """[first, until) of the touched days: so many at once that memory stays bounded, few untouched ones between them."""
    days = con.execute(
        "select day, count(distinct probe_key) from landing.touched_probe_days group by day order by day"
    ).fetchall()
    skipped_days = _days_worth(con, ROWS_SKIPPED)
    first: date | None = None
    gathered, after = 0, date.min
    for day, probes in days:
        is_far = (day - after).days > skipped_days
        if first is not None and (is_far or gathered + probes > PROBE_DAYS_AT_ONCE):
            yield first, after
            first, gathered = None, 0
        first = first or day
        after, gathered = day + timedelta(days=1), gathered + probes
    if first is not None:
        yield first, after


def _days_worth(con: duckdb.DuckDBPyConnection, rows: int) -> float:
    """How many days so many stored checks are, on average."""
    row = con.execute(
        "select (select count(*) from landing.checks), date_diff('day', min(day), max(day)) + 1 from landing.probe_runs"
    ).fetchone()
    checks, days = row or (0, None)
    return float(rows * (days or 1) / max(checks, 1))
