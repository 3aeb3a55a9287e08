"""What the kept copies of backups were located by, so that a night locates only those of which something may have changed.

Two tables of schema `landing`. `backup_facts`: everything but the points, fact by fact, as the models last saw it;
`changed_points`, written with the summaries: the points of which a listing has told something since.
`int_backup_points_touched` compares and decides.
`build_memory` runs these statements.
"""

from __future__ import annotations

CREATE = """
create table if not exists landing.backup_facts (
    holding_key integer, contract_id varchar, utc_day date, nights_digest bigint, asked_at timestamptz
);
"""
FORGET = "delete from landing.backup_facts;"
REMEMBER = """
delete from landing.backup_facts;
insert into landing.backup_facts
    select holding_key, contract_id, utc_day, nights_digest, asked_at from sla_intermediate.int_backup_facts;
delete from landing.changed_points;
"""
