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
# # What another limit would have done
# Time used does not depend on the limit, so another limit is another comparison: nothing in the contract is
# touched and nothing is built anew. The notebook opens the published file read-only (`LIVRET_WAREHOUSE`, else
# `data/warehouse/livret.duckdb`). Outputs are not committed; this makes them:
# `make notebook`
#
# Limits in working days (R10) are left out: their verdict is by date, not by seconds.

# %%
from datetime import UTC, datetime

import polars as pl

from pipelines.resources import settings
from pipelines.warehouse import connections

pl.Config.set_tbl_rows(40)
pl.Config.set_tbl_cols(14)
pl.Config.set_fmt_str_lengths(60)
pl.Config.set_tbl_width_chars(160)
pl.Config.set_tbl_hide_dataframe_shape(True)
path = settings(now=datetime.now(UTC)).warehouse

# Hours to try, by commitment and criticality. What is not named keeps the limit of the contract.
TRIED_H = {
    ("take_in_charge", "critical"): 2,
    ("take_in_charge", "high"): 4,
    ("take_in_charge", "moderate"): 6,
}

# %%
with connections.reader(path) as con:
    counted = con.sql("""
        select
            ticket_commitments.contract_id,
            ticket_commitments.commitment,
            ticket_commitments.criticality,
            ticket_commitments.ticket_id,
            cast(ticket_commitments.allowed_s as double) as allowed_s,
            cast(ticket_commitments.elapsed_s as double) as elapsed_s,
            ticket_commitments.done_at is not null as is_done,
            ticket_commitments.outcome,
        from sla_marts.ticket_commitments
        where ticket_commitments.outcome in ('met', 'breached', 'running')
            and ticket_commitments.limit_unit <> 'working_day'
    """).pl()


# %%
def judged(allowed: pl.Expr) -> pl.Expr:
    """The verdict under a limit, by the rule of the warehouse: time used against the limit, to the second."""
    return (
        pl.when(pl.col("elapsed_s") > allowed)
        .then(pl.lit("breached"))
        .when(pl.col("is_done"))
        .then(pl.lit("met"))
        .otherwise(pl.lit("running"))
    )


# The contract's own limits must give the published verdicts: the same rule, written twice.
assert counted.select((judged(pl.col("allowed_s")) == pl.col("outcome")).all()).item()

# %% [markdown]
# ## Adherence now and then
# What still runs weighs on neither side.

# %%
tried = pl.DataFrame(
    [(*key, hours * 3600.0) for key, hours in TRIED_H.items()],
    schema={"commitment": pl.String, "criticality": pl.String, "tried_s": pl.Float64},
    orient="row",
)
compared = counted.join(tried, on=["commitment", "criticality"], how="left").with_columns(
    judged(pl.coalesce("tried_s", "allowed_s")).alias("tried_outcome")
)


def adherence(outcome: str) -> pl.Expr:
    """met / (met + breached) * 100."""
    decided = pl.col(outcome).is_in(["met", "breached"]).sum()
    return (pl.col(outcome) == "met").sum() * 100 / decided


compared.group_by("contract_id", "commitment", "criticality").agg(
    (pl.col("allowed_s").first() / 3600).alias("limit_h"),
    (pl.coalesce("tried_s", "allowed_s").first() / 3600).alias("tried_h"),
    pl.len().alias("tickets"),
    adherence("outcome").round(2).alias("adherence_pct"),
    adherence("tried_outcome").round(2).alias("tried_pct"),
    ((pl.col("outcome") != "breached") & (pl.col("tried_outcome") == "breached")).sum().alias("newly_broken"),
).sort("contract_id", "commitment", "criticality")

# %% [markdown]
# ## Which tickets would have changed sides?

# %%
compared.filter(pl.col("outcome") != pl.col("tried_outcome")).select(
    "ticket_id", "commitment", "criticality", "elapsed_s", "allowed_s", "tried_s", "outcome", "tried_outcome"
).sort("elapsed_s", descending=True).head(20)
