"""Restore points summed up over the listings that show them, kept up to date as listings arrive.

A daily listing says of each point, for weeks, what the day before said. `landing.restore_points` holds one row
per point: its first and last listing, what the last one tells of it, and the first complete listing that no
longer shows it. Models read that, so a night costs its own listing, not the year behind it; the listings' rows
stay for evidence and for questions about the past. What a summary says depends on what is stored alone, never
on contract, `as_of` or order of arrival.
"""

from __future__ import annotations

import duckdb

from pipelines.landing import backup_listings
from pipelines.warehouse.connections import number

_CREATE = """
create table if not exists landing.holdings (
    holding_key integer primary key, repository_id varchar not null, environment_id varchar not null,
    content varchar not null
);
create table if not exists landing.restore_points (
    point_key integer not null, holding_key integer not null, status varchar, parent_point_id varchar,
    parent_listed_at timestamptz, original_point_id varchar, size_bytes bigint, is_scheduled boolean,
    started_at timestamptz not null, finished_at timestamptz,
    first_listed_at timestamptz not null, last_listed_at timestamptz not null, missing_listed_at timestamptz,
    known_at timestamptz not null, line bigint not null, file_id integer not null
);
create table if not exists landing.touched_points (point_key integer not null);
create table if not exists landing.touched_repositories (repository_id varchar not null);
create table if not exists landing.restore_points_read (file_id integer not null);
comment on table landing.holdings is 'One row per repository, environment and content that a listing named.';
comment on table landing.restore_points is
    'One row per restore point of a repository, summed up over the listings that show it. known_at: from then on nothing stored '
    'tells anything else of it but that it is missing.';
comment on table landing.restore_points_read is 'One row: the last reading of a file that is summed up.';
"""

# New sightings only extend what is known, so that old ones need no look; a point that lost or changed one
# (touched) is summed up from all of them.
_SIGHTINGS = """
create or replace temp view sightings as
select * from landing.points where file_id > {read} and {untouched}
union all
select points.* from landing.points semi join landing.touched_points using (point_key)
"""
_SEEN = """
create or replace temp table seen as
with bounds as (
    select
        point_key, min(listed_at) as first_listed_at, max(listed_at) as last_listed_at,
        max(greatest(listed_at, started_at)) as known_at
    from sightings
    group by point_key
),
-- A backup's parent never changes; some listings (barman list-backups) do not tell it.
parents as (
    select point_key, max_by(parent_point_id, listed_at) as parent_point_id, max(listed_at) as parent_listed_at
    from sightings where parent_point_id is not null
    group by point_key
)
select
    bounds.*, last.status, parents.parent_point_id, parents.parent_listed_at, last.original_point_id, last.size_bytes,
    last.is_scheduled, last.started_at, last.finished_at, last.line, last.file_id
from bounds
inner join sightings as last on last.point_key = bounds.point_key and last.listed_at = bounds.last_listed_at
left join parents on parents.point_key = bounds.point_key
"""
_KNOWN = """
create or replace temp table known as
select known.*, touched.point_key is not null as is_touched
from landing.restore_points as known
semi join seen using (point_key)
left join (select distinct point_key from landing.touched_points) as touched using (point_key)
"""
_HOLDINGS = """
create or replace temp table named as
select point_keys.point_key, point_keys.repository_id, point_keys.environment_id, point_keys.content
from landing.point_keys semi join (select point_key from seen anti join known using (point_key)) using (point_key);
insert into landing.holdings
select
    (select coalesce(max(holding_key), 0) from landing.holdings)
    + row_number() over (order by repository_id, environment_id, content),
    repository_id, environment_id, content
from (select distinct repository_id, environment_id, content from named)
anti join landing.holdings using (repository_id, environment_id, content)
"""
_VALUES = (
    "status", "original_point_id", "size_bytes", "is_scheduled", "started_at", "finished_at", "last_listed_at", "line",
    "file_id", "parent_point_id", "parent_listed_at",
)  # fmt: skip
_LATEST = ", ".join(
    f"case when known.{told} > seen.{told} or seen.{told} is null then known.{name} else seen.{name} end as {name}"
    for name in _VALUES
    for told in ["parent_listed_at" if name.startswith("parent") else "last_listed_at"]
)
_COMBINED = f"""
create or replace temp table combined as
select
    seen.point_key,
    coalesce(known.holding_key, holdings.holding_key) as holding_key,
    {_LATEST},
    least(known.first_listed_at, seen.first_listed_at) as first_listed_at,
    greatest(known.known_at, seen.known_at) as known_at
from seen
left join (
    select known.* replace (
        case when not is_touched then first_listed_at end as first_listed_at,
        case when not is_touched then last_listed_at end as last_listed_at,
        case when not is_touched then known_at end as known_at,
        case when not is_touched then parent_point_id end as parent_point_id,
        case when not is_touched then parent_listed_at end as parent_listed_at
    )
    from known
) as known on known.point_key = seen.point_key
left join named on named.point_key = seen.point_key
left join landing.holdings
    on holdings.repository_id = named.repository_id
    and holdings.environment_id = named.environment_id
    and holdings.content = named.content
"""
# A listing of which one file says that it is filtered, and none that it is whole, is filtered.
_COMPLETE = """
create or replace temp view complete_listings as
select listings.repository_id, listings.listed_at, listings.file_id
from landing.listings
anti join (select repository_id, listed_at from landing.listings where not is_complete) as filtered
    on filtered.repository_id = listings.repository_id
    and filtered.listed_at = listings.listed_at
    and listings.is_complete is null
where coalesce(listings.is_complete, true)
"""
_TOUCH_FILTERED = """
insert into landing.touched_repositories
select distinct repository_id from landing.listings where not is_complete and file_id > {read}
"""
# Whose first listing without it may be another now: what was just seen, what a new complete listing no longer
# shows, and all of a repository that lost a listing.
_STALE = f"""
create or replace temp table stale as
with news as (
    select repository_id, min(listed_at) as first_listed_at, max(listed_at) as last_listed_at
    from complete_listings where file_id > {{read}}
    group by repository_id
),
repositories as (
    select
        holdings.holding_key, min(holdings.holding_key) over (partition by holdings.repository_id) as repository_key,
        news.first_listed_at, news.last_listed_at, touched.repository_id is not null as is_touched
    from landing.holdings
    left join news on news.repository_id = holdings.repository_id
    left join (select distinct repository_id from landing.touched_repositories) as touched
        on touched.repository_id = holdings.repository_id
),
changed as (select * from repositories where first_listed_at is not null or is_touched)
select
    combined.point_key, combined.holding_key, repositories.repository_key, combined.first_listed_at,
    combined.known_at, {", ".join(f"combined.{name}" for name in _VALUES)}
from combined
inner join repositories on repositories.holding_key = combined.holding_key
union all
select
    known.point_key, known.holding_key, changed.repository_key, known.first_listed_at,
    known.known_at, {", ".join(f"known.{name}" for name in _VALUES)}
from landing.restore_points as known
anti join combined on combined.point_key = known.point_key
anti join landing.touched_points as touched on touched.point_key = known.point_key
inner join changed on changed.holding_key = known.holding_key
where changed.is_touched
    or (
        known.last_listed_at < changed.last_listed_at
        and (known.missing_listed_at is null or known.missing_listed_at > changed.first_listed_at)
    )
"""
_JUDGED = f"""
create or replace temp table judged as
with floors as (
    select repository_key, min(last_listed_at) as last_listed_at from stale group by repository_key
),
listed as (
    select floors.repository_key, complete.listed_at, true as is_complete
    from complete_listings as complete
    inner join (select repository_id, min(holding_key) as repository_key from landing.holdings group by repository_id) as keys
        on keys.repository_id = complete.repository_id
    inner join floors on floors.repository_key = keys.repository_key and complete.listed_at > floors.last_listed_at
    where complete.listed_at > '{{floor}}'::timestamptz  -- bounds the scan
    union all
    select distinct repository_key, last_listed_at, false from stale
),
followed as (
    select
        repository_key, listed_at, is_complete,
        min(case when is_complete then listed_at end) over (
            partition by repository_key order by listed_at, is_complete desc
            rows between 1 following and unbounded following
        ) as missing_listed_at
    from listed
)
select
    stale.point_key, stale.holding_key, stale.first_listed_at, stale.known_at,
    {", ".join(f"stale.{name}" for name in _VALUES)}, followed.missing_listed_at
from stale
inner join followed
    on followed.repository_key = stale.repository_key
    and followed.listed_at = stale.last_listed_at
    and not followed.is_complete
"""
_WRITE = """
delete from landing.restore_points as old
where old.point_key in (select point_key from judged union all select point_key from landing.touched_points);
insert into landing.restore_points by name select * from judged order by point_key;
delete from landing.touched_points;
delete from landing.touched_repositories;
delete from landing.restore_points_read;
insert into landing.restore_points_read values ({newest});
drop view sightings; drop table seen; drop table known; drop table named; drop table combined;
drop view complete_listings; drop table stale; drop table judged
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    """Make the summary tables that are not there yet."""
    con.execute(_CREATE)


def touch(con: duckdb.DuckDBPyConnection, points: str) -> None:
    """Remember the points of a query that gives point_key: a sighting of them goes or changes."""
    con.execute(f"insert into landing.touched_points select distinct point_key from ({points})")


def touch_repositories(con: duckdb.DuckDBPyConnection, listings: str) -> None:
    """Remember the repositories of a query that gives repository_id: a listing of them goes or changes."""
    con.execute(f"insert into landing.touched_repositories select distinct repository_id from ({listings})")


def refresh(con: duckdb.DuckDBPyConnection) -> None:
    """Sum up what was read or taken back since the last call. Call it within a transaction.

    What is left to do can be told from the database: after a crash between merge and refresh the next call
    makes it good.
    """
    read, newest = number(con, "select max(file_id) from landing.restore_points_read"), _newest(con)
    is_touched = number(con, "select count(*) from landing.touched_points") + number(
        con, "select count(*) from landing.touched_repositories"
    )
    if newest <= read and not is_touched:
        return
    if is_touched:
        backup_listings.retell(con)
    touched = "point_key not in (select point_key from landing.touched_points)" if is_touched else "true"
    con.execute(_SIGHTINGS.format(read=read, untouched=touched))
    for statement in (_SEEN, _KNOWN, _HOLDINGS, _COMBINED, _COMPLETE):
        con.execute(statement)
    for statement in (_TOUCH_FILTERED, _STALE):
        con.execute(statement.format(read=read))
    floor = con.execute("select coalesce(min(last_listed_at), 'epoch') from stale").fetchone()
    assert floor is not None
    con.execute(_JUDGED.format(floor=floor[0].isoformat()))
    con.execute(_WRITE.format(newest=newest))


def _newest(con: duckdb.DuckDBPyConnection) -> int:
    """The last reading that told of points or listings; readings are numbered in the order they are merged."""
    return max(number(con, f"select max(file_id) from landing.{name}") for name in ("points", "listings"))
