"""Listings told by canonical points: where rows of `points` are all a file gives, each instant of a repository is a listing.

Kept as rows of `landing.listings` when the points arrive, so that no run looks for them among all points again.
"""

from __future__ import annotations

import duckdb
import polars as pl


def refresh(con: duckdb.DuckDBPyConnection, incoming: pl.DataFrame) -> None:
    """Add the listings of what comes in from canonical files; a listing that comes in parts grows.

    incoming: rows of `points` with their `file_id`, before they are merged.
    """
    con.execute(
        """
        create or replace temp table told_listings as
        select
            points.repository_id, max(points.place) as place, points.listed_at,
            count(*) as points, min(points.line) as line, min(points.file_id) as file_id
        from incoming as points
        inner join landing.files on files.file_id = points.file_id and files.format = 'canonical'
        group by points.repository_id, points.listed_at
        """
    )
    con.execute(
        """
        update landing.listings set points = greatest(listings.points, told.points)
        from told_listings as told
        where told.repository_id = listings.repository_id and told.listed_at = listings.listed_at
            and told.points > listings.points
        """
    )
    con.execute(
        """
        insert into landing.listings (line, repository_id, place, listed_at, points, is_complete, file_id)
        select line, repository_id, place, listed_at, points, null, file_id
        from told_listings anti join landing.listings using (repository_id, listed_at)
        """
    )
