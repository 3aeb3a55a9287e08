"""The assets, one module per step on the way of the data; wiring only, no rule lives here."""

from pipelines.assets.contract import contract_terms
from pipelines.assets.landing import landing_assets, landing_ledger, run_started
from pipelines.assets.livret import Livret
from pipelines.assets.marts import mart_assets
from pipelines.assets.published import monthly_report, published

ALL = [contract_terms, run_started, *landing_assets, landing_ledger, mart_assets, published, monthly_report]

__all__ = ["ALL", "Livret"]
