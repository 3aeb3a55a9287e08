"""Summaries of raw checks by probe and UTC day, kept up to date as checks arrive.

A year of checks tells little: a probe says "up" all day long. `landing.probe_runs` holds that in a row or two
per probe and day, `landing.probe_gaps` what is needed to deduce a period that nobody gave. Models read these;
the raw checks stay for evidence. What a summary says depends on its day's checks alone, never on contract,
`as_of` or order of arrival.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import chain, zip_longest

import duckdb
import polars as pl

from pipelines.landing.check_pieces import DAY_US, pieces
from pipelines.landing.read_ahead import ahead
from pipelines.warehouse.connections import number

ROWS_AT_ONCE = 368_640  # of one read: three row groups, which stay in the processor's cache
PROBE_DAYS_AT_ONCE = 50_000  # read as they lie: bounds what is told of them
ORDERED_AT_ONCE = 5_000  # probe days whose checks are ordered, 7 million of one a minute: bounds memory
ROWS_SKIPPED = 1_000_000  # checks of untouched days that are read sooner than the touched ones are read apart

# A run ends where its state or its given period changes, and at a silence of more than `SILENCE` times the
# period. That is finer than any validity in use, so runs only need to be joined again; a validity below it
# makes the models read the day's raw checks instead (`gap_limit_us` tells). It bounds the rows of a summary,
# never a figure.
SILENCE = 2

_CREATE = """
create sequence if not exists landing.probe_day_revisions;
create table if not exists landing.probe_runs (
    probe_key integer not null, day date not null, state varchar not null,
    first_at timestamptz not null, last_at timestamptz not null, checks bigint not null,
    period_us bigint, gap_limit_us bigint not null,
    first_file_id integer not null, first_line bigint not null, last_file_id integer not null, last_line
    bigint not null, revision bigint not null
);
create table if not exists landing.probe_gaps (
    probe_key integer not null, day date not null, gap_us bigint not null, gaps bigint not null
);
comment on table landing.probe_runs is
    'One row per probe, UTC day and run of checks of one state without a long silence between them.
    revision: another one whenever a check of the day came, changed or went, whether or not its summary tells.';
comment on table landing.probe_gaps is
    'One row per probe, UTC day and length of the gap after a check that gives no period of its own.';
"""

# The UTC day by arithmetic: a cast of timestamptz to date goes through the calendar, at ten times the cost.
_DAY = f"date '1970-01-01' + (epoch_us({{at}}) // {DAY_US})::integer"
_STATE = "case status when 'down' then 1::utinyint when 'unknown' then 2::utinyint else 0::utinyint end"

# As they lie: no ordering, one pass. Enough where what lies side by side is in order, as after most nights.
_LYING = f"""
    select probe_key, checked_at, {_STATE} as state, period_s, file_id, line
    from landing.checks
    where checked_at >= $first::timestamptz and checked_at < $until::timestamptz
        and probe_key >= $low and probe_key < $high
"""
# Only the first and last row of a piece are looked at further; pieces are joined to runs below.
_NO_PIECES = """
create or replace temp table pieces (
    probe_key integer, day date, state varchar, period_us bigint, limit_us bigint,
    first_at timestamptz, last_at timestamptz, checks bigint,
    first_file_id integer, first_line bigint, last_file_id integer, last_line bigint
)
"""
_PIECES = f"""
insert into pieces
select
    probe_key, day,
    case state when 1 then 'down' when 2 then 'unknown' else 'up' end as state,
    round(period_s * 1000000)::bigint as period_us, {SILENCE} * round(spacing_s * 1000000)::bigint as limit_us,
    first_checked_at as first_at, last_checked_at as last_at, last_place - first_place + 1 as checks,
    first_file_id, first_line, last_file_id, last_line
from (select *, {_DAY.format(at="first_checked_at")} as day from cut)
semi join {{probe_days}} using (probe_key, day)
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
_PORTIONS = """
select min(day), max(day) + 1
from (select day, (sum(count(*)) over (order by day) - 1) // ? as portion from tangled group by day)
group by portion
order by portion
"""
# In order. The last row of an instant is what holds on. Gap limits are those of the check before the gap, as
# validity is; where no period is given the day's usual gap stands for it.
_ORDERED = f"""
create or replace temp table ordered as
with seen as (
    select
        probe_key, {_DAY.format(at="checked_at")} as day, checked_at, {_STATE} as state,
        period_s, file_id, line, sequence
    from landing.checks
    where checked_at >= $first::timestamptz and checked_at < $until::timestamptz
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
_SPACED = """
    select
        ordered.probe_key, ordered.checked_at, ordered.state, ordered.period_s,
        coalesce(ordered.period_s, usual.usual_us / 1000000, 0) as spacing_s, ordered.file_id, ordered.line
    from ordered
    left join (
        select probe_key, day, quantile_disc(gap_us, 0.5) as usual_us
        from (
            select probe_key, day, gap_us, unnest(range(gaps))
            from landing.probe_gaps semi join tangled using (probe_key, day)
        )
        group by all
    ) as usual using (probe_key, day)
    order by probe_key, checked_at
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
    max_by(last_file_id, last_at), max_by(last_line, last_at), $revision::bigint
from numbered
group by probe_key, day, run
order by day, probe_key, min(first_at)
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the summary tables that are not there yet."""
    con.execute(_CREATE)


def touch(con: duckdb.DuckDBPyConnection, checks: str) -> None:
    """Remember the probe days of a query that gives (probe_key, checked_at)."""
    day = _DAY.format(at="checked_at")
    con.execute(f"insert into landing.touched_probe_days select distinct probe_key, {day} from ({checks})")


def refresh(con: duckdb.DuckDBPyConnection) -> None:
    """Summarise the touched probe days anew; the others are not looked at. Call it within a transaction of its own: checks are
    read by connections that see what was committed before.

    What was touched is remembered in the database: after a crash between merge and refresh the next call
    makes it good.
    """
    revision = {"revision": number(con, "select nextval('landing.probe_day_revisions')")}
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
        con.execute("set threads = 1")
        _cut(con, "summarised", *_lying(con, _span(first, until)))
        con.execute("reset threads")
        con.execute(_TANGLED)
        con.execute(_RUNS.format(but="anti join tangled using (probe_key, day)"), revision)
        for portion in con.execute(_PORTIONS, [ORDERED_AT_ONCE]).fetchall():
            con.execute(_ORDERED, _span(*portion))
            con.execute(_GAPS)
            _cut(con, "tangled", con.execute(_SPACED).pl().iter_slices(ROWS_AT_ONCE))
            con.execute(_RUNS.format(but=""), revision)
    con.execute("delete from landing.touched_probe_days")


def _cut(con: duckdb.DuckDBPyConnection, probe_days: str, *streams: Iterator[pl.DataFrame]) -> None:
    """`pieces`: those of the given probe days, cut from streams of checks, each in a thread of its own."""
    con.execute(_NO_PIECES)
    threads = [ahead(pieces(stream, SILENCE)) for stream in streams]
    for found in chain.from_iterable(zip_longest(*threads)):
        if found is not None:
            con.register("cut", found)
            con.execute(_PIECES.format(probe_days=probe_days))


def _lying(con: duckdb.DuckDBPyConnection, stretch: dict[str, str]) -> list[Iterator[pl.DataFrame]]:
    """The checks of a stretch as they lie, in as many streams as there are processors.

    Each is read by a connection of its own, which sees what is committed; the streams are the only threads then, as
    rows handed from thread to thread leave the processor's cache.
    """
    streams: list[Iterator[pl.DataFrame]] = []
    for low, high in _shares(con):
        batches = (
            con.cursor().execute(_LYING, {**stretch, "low": low, "high": high}).to_arrow_reader(ROWS_AT_ONCE)
        )
        streams.append(pl.DataFrame(batch) for batch in batches)
    return streams


def _shares(con: duckdb.DuckDBPyConnection) -> list[tuple[int, int]]:
    """[low, high) of the keys of `summarised`, as many shares of a like size as there are processors."""
    rows = con.execute(
        "select min(probe_key), max(probe_key) + 1 from (select probe_key, ntile(?) over (order by probe_key) as share"
        " from (select distinct probe_key from summarised)) group by share order by share",
        [os.cpu_count() or 1],
    ).fetchall()
    return [(low, high) for low, high in rows]


def _span(first: date, until: date) -> dict[str, str]:
    return {"first": f"{first} 00:00:00+00", "until": f"{until} 00:00:00+00"}


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
