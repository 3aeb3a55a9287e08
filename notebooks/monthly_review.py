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
# # Monthly review
# What an analyst asks before the figures go out. The notebook opens the published file read-only, so a run
# may go on meanwhile; it reads `LIVRET_WAREHOUSE`, else `data/warehouse/livret.duckdb`. Outputs are not
# committed; this makes them:
# `make notebook`

# %%
from datetime import UTC, datetime

import polars as pl

from pipelines.resources import settings
from pipelines.warehouse import connections

pl.Config.set_tbl_rows(40)
pl.Config.set_tbl_cols(14)
pl.Config.set_fmt_str_lengths(60)
pl.Config.set_tbl_hide_dataframe_shape(True)
path = settings(now=datetime.now(UTC)).warehouse


def ask(query: str) -> pl.DataFrame:
    """Rows of a query over the published file."""
    with connections.reader(path) as con:
        return con.sql(query).pl()


# %% [markdown]
# ## Which warehouse is this?

# %%
ask("select as_of, run_id, files, rows_accepted, rows_rejected from sla_marts.headline_total")

# %% [markdown]
# ## Which promises were not kept last month, and which environments broke them?
# The register of obligations has a verdict for every clause; its findings say whose.

# %%
ask("""
    select obligations.article, obligations.title, obligations.verdict, obligations.figure, obligations.target,
        obligations.mart, count(findings.environment_id) as environments,
        string_agg(findings.environment_id, ', ' order by findings.figure, findings.environment_id) as which
    from sla_marts.obligations
    left join sla_marts.obligation_findings as findings
        on findings.contract_id = obligations.contract_id
        and findings.mart = obligations.mart
        and findings.month = obligations.month
        and findings.verdict = obligations.verdict
        and (obligations.commitment is null or obligations.commitment = findings.commitment)
    where obligations.month = (select max(month) from sla_marts.obligations where is_over)
        and obligations.verdict in ('broken', 'at_risk', 'inconclusive')
    group by all
    order by obligations.article, obligations.title
""")

# %% [markdown]
# ## Who came closest to a broken promise without breaking it?
# The error budget is what the target allows; `used_pct` is how much of it the counted downtime took.

# %%
ask("""
    select
        monthly_availability.month,
        monthly_availability.environment_id,
        headline_environments.client_name,
        monthly_availability.availability_pct_cut as availability_pct,
        monthly_availability.counted_s,
        100 * monthly_availability.counted_s / monthly_availability.error_budget_s as used_pct,
        monthly_availability.verdict
    from sla_marts.monthly_availability
    inner join sla_marts.headline_environments
        on headline_environments.environment_id = monthly_availability.environment_id
    where monthly_availability.verdict is not null and monthly_availability.error_budget_s > 0
        and monthly_availability.counted_s > 0
    order by used_pct desc, monthly_availability.month, monthly_availability.environment_id
    limit 15
""")

# %% [markdown]
# ## Which outages made the worst month, and what excused part of them?

# %%
ask("""
    with worst as (
        select environment_id, month
        from sla_marts.monthly_availability
        where verdict = 'broken'
        order by error_budget_left_s, environment_id
        limit 1
    )
    select outages.environment_id, outages.down_from, outages.down_until, outages.unavailable_s,
        outages.excluded_s, outages.counted_s, outages.causes, outages.opened_file, outages.opened_line
    from sla_marts.outages
    inner join worst on worst.environment_id = outages.environment_id
    where outages.down_from < worst.month + interval 1 month
        and (outages.down_until is null or outages.down_until > worst.month)
        and outages.unavailable_s > 0
    order by outages.down_from
""")

# %% [markdown]
# ## Which tickets were late, by how much, and which are next?
# `left_s` is what is left of the limit in business time; below zero it is the delay.

# %%
ask("""
    select client_id, ticket_id, commitment, criticality, created_at, due_at, done_at, outcome,
        elapsed_s, left_s
    from sla_marts.ticket_commitments
    where outcome in ('breached', 'running')
    order by outcome, left_s, ticket_id
""")

# %% [markdown]
# ## At which hour are the late tickets registered?
# A cluster just before closing says that the evening shift hands over badly.

# %%
ask("""
    select
        hour(created_at at time zone contracts.time_zone) as local_hour,
        count(*) as tickets,
        count(*) filter (where outcome = 'breached') as breached
    from sla_marts.ticket_commitments
    inner join sla_marts.headline_contracts as contracts
        on contracts.contract_id = ticket_commitments.contract_id
    where commitment = 'take_in_charge' and outcome in ('met', 'breached')
    group by local_hour
    order by local_hour
""")

# %% [markdown]
# ## Whose usage questions are no longer free, and from when may they try the exam again?
# Neither certified nor in their learning phase (art. 15); empty where no certifications are in the inbox.

# %%
ask("""
    select client_id, user_id, module, learning_until, certified_on, certified_until, attempts,
        last_score_pct, next_attempt_from
    from sla_marts.user_certifications
    where not has_free_questions
    order by client_id, user_id, module
""")

# %% [markdown]
# ## Which nights could be restored once, and no longer can?

# %%
ask("""
    select environment_id, place, count(*) as nights_lost, min(night_on) as first_night,
        max(night_on) as last_night
    from sla_marts.headline_backup_places
    where state = 'lost'
    group by environment_id, place
    order by nights_lost desc, environment_id, place
""")

# %% [markdown]
# ## What may be purged now, by client, and what becomes free next?

# %%
ask("""
    select client_id, dossier_id, verdict, sum(lines) as lines, sum(entries) as entries,
        min(free_on) as free_on
    from sla_marts.history_purge_candidates
    where verdict in ('purge', 'hold', 'hold_tax', 'blocked')
    group by client_id, dossier_id, verdict
    order by verdict, lines desc, client_id, dossier_id
""")

# %% [markdown]
# ## Which sources are behind?

# %%
ask("""
    select source_freshness.source, source_freshness.format, source_freshness.last_event_at,
        round(epoch(headline_total.as_of - source_freshness.last_event_at) / 3600, 1) as age_h,
        source_freshness.rows_rejected
    from sla_marts.source_freshness
    cross join sla_marts.headline_total
    order by age_h desc nulls first, source_freshness.source, source_freshness.format
""")
