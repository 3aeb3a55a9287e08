# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What a dispute about availability hangs on
# For the day on which a client and the provider do not agree on a month. The notebook opens the published file
# read-only, `LIVRET_WAREHOUSE` or `data/warehouse/livret.duckdb`; outputs are not committed, this makes them:
# `make notebook`

# %%
from datetime import UTC, datetime

import polars as pl

from pipelines.resources import settings
from pipelines.warehouse import connections

pl.Config.set_tbl_rows(40)
pl.Config.set_tbl_cols(16)
pl.Config.set_fmt_str_lengths(60)
pl.Config.set_tbl_hide_dataframe_shape(True)
path = settings(now=datetime.now(UTC)).warehouse


def ask(query: str) -> pl.DataFrame:
    """Rows of a query over the published file."""
    with connections.reader(path) as con:
        return con.sql(query).pl()


# %% [markdown]
# ## Is it one client, or all of them?

# %%
ask("""
    select contract_id, month, environments, met, broken, inconclusive, worst_environment_id, worst_availability_pct
    from sla_marts.monthly_service_level
    order by contract_id, month
""")

# %% [markdown]
# ## Which seconds decide the broken months, and who saw them?
# Each line leads to the checks that opened and closed the outage. The uncertainty is one period of the probe at
# each edge: what the provider may argue about, and no more.

# %%
ask("""
    select
        monthly_availability.month,
        outages.environment_id,
        outages.down_from,
        outages.counted_s,
        outages.opening_uncertainty_s,
        outages.closed_by,
        outages.opened_file || ':' || outages.opened_line as opened_by,
        outages.closed_file || ':' || outages.closed_line as closed_at
    from sla_marts.monthly_availability
    inner join sla_marts.outages
        on outages.environment_id = monthly_availability.environment_id
        and outages.down_from < monthly_availability.month + interval 32 days
        and coalesce(outages.down_until, outages.down_from) >= monthly_availability.month - interval 1 day
    where monthly_availability.verdict = 'broken' and outages.counted_s > 0
    order by monthly_availability.month, outages.counted_s desc
""")

# %% [markdown]
# ## How much was left out, and for which cause?

# %%
ask("""
    select contract_id, month, cause, sum(excluded_s) as excluded_s, count(*) filter (excluded_s > 0) as environments
    from sla_marts.monthly_availability_by_cause
    group by all
    having sum(excluded_s) > 0
    order by contract_id, month, excluded_s desc
""")

# %% [markdown]
# ## Was the maintenance that left it out in order?
# Announced too late, outside the window, blocking before the evening hour; urgent maintenance with its reason, since
# each one is an exclusion.

# %%
ask("""
    select contract_id, month, maintenances, urgent_maintenances, announced_late, outside_window, blocking_too_early,
        urgent_share_pct
    from sla_marts.monthly_maintenance
    order by contract_id, month
""")

# %%
ask("""
    select interruption_id, cause, starts_at, ends_at, is_announced_in_time, is_in_window, is_blocking_too_early,
        overrun_s, reason, file || ':' || line as told_in
    from sla_marts.maintenance_compliance
    where cause = 'urgent_maintenance'
        or not is_announced_in_time
        or not is_in_window
        or is_blocking_too_early
    order by starts_at
""")
