"""What the stored months of availability were computed from, so that a night computes only what may have changed.

Three tables of schema `landing`. `availability_facts`: everything but the checks, fact by fact, as the models last saw it;
`availability_cuts`: the months of each environment that began while nothing was failing; `changed_probe_days`, written
with the summaries: whose checks changed since, and from which day on. `int_availability_windows` compares and decides.
`build_memory` runs these statements.
"""

from __future__ import annotations

CREATE = """
create table if not exists landing.availability_facts (
    contract_id varchar, environment_id varchar, kind varchar not null, fact varchar not null, touches_from timestamptz not null
);
create table if not exists landing.availability_cuts (
    environment_id varchar not null, month date not null, month_from timestamptz not null
);
"""
FORGET = "delete from landing.availability_facts; delete from landing.availability_cuts;"
REMEMBER = """
delete from landing.availability_facts;
insert into landing.availability_facts
    select contract_id, environment_id, kind, fact, touches_from from sla_intermediate.int_availability_facts;
delete from landing.availability_cuts as cuts where not exists (
    select 1 from sla_intermediate.int_availability_windows as windows
    where windows.environment_id = cuts.environment_id and windows.kept_until >= cuts.month_from
);
insert into landing.availability_cuts
    select environment_id, month, month_from from sla_intermediate.int_availability_cuts order by all;
delete from landing.changed_probe_days;
"""
