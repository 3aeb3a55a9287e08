"""Listings told by canonical points: where rows of `points` are all a file gives, each instant of a repository is a listing.

Kept as rows of `landing.listings` when the points arrive, so that no run looks for them among all points again.
"""

from __future__ import annotations

import duckdb
import polars as pl

_TOLD = """
create or replace temp table told_listings as
select
    points.repository_id, max(points.place) as place, points.listed_at,
    count(*) as points, min(points.line) as line, min(points.file_id) as file_id
from {points} as points
inner join landing.files on files.file_id = points.file_id and files.format = 'canonical'
group by points.repository_id, points.listed_at
"""
_INSERT = """
insert into landing.listings (line, repository_id, place, listed_at, points, is_complete, file_id)
select line, repository_id, place, listed_at, points, null, file_id
from told_listings anti join landing.listings using (repository_id, listed_at)
"""


def refresh(con: duckdb.DuckDBPyConnection, incoming: pl.DataFrame) -> None:
    """Add the listings of what comes in from canonical files; a listing that comes in parts grows.

    incoming: rows of `points` with their `file_id`, before they are merged.
    """
    con.execute(_TOLD.format(points="incoming"))
    con.execute(
        """
        update landing.listings set points = greatest(listings.points, told.points)
        from told_listings as told
        where told.repository_id = listings.repository_id and told.listed_at = listings.listed_at
            and told.points > listings.points
        """
    )
    con.execute(_INSERT)


def retell(con: duckdb.DuckDBPyConnection) -> None:
    """Add what stored points still tell of repositories that lost a listing: another file may have told it too."""
    con.execute(
        _TOLD.format(
            points="""(
                select points.*, point_keys.repository_id from landing.points
                inner join landing.point_keys using (point_key)
                semi join landing.touched_repositories as touched on touched.repository_id = point_keys.repository_id
            )"""
        )
    )
    con.execute(_INSERT)


def take_back(con: duckdb.DuckDBPyConnection, points: str) -> None:
    """Drop the listings that points told of the repositories of a query that gives point_key; `retell` tells what is left."""
    con.execute(
        f"""
        create or replace temp table retold as
        select distinct repository_id from landing.point_keys where point_key in ({points});
        insert into landing.touched_repositories select repository_id from retold;
        delete from landing.listings
        where is_complete is null and repository_id in (select repository_id from retold)
            and file_id in (select file_id from landing.files where format = 'canonical' and name similar to '.*/points[^/]*')
        """
    )
