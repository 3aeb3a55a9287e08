"""Interruptions: the register of maintenance and other causes that may exclude downtime (art. 5, 6)."""

import pandera.polars as pa
import polars as pl

from pipelines.schemas import Instant, LandingModel, text, value

CAUSES = ("maintenance_window", "urgent_maintenance", "force_majeure", "client_equipment", "outside_scope")


class Interruptions(LandingModel):
    """One row per registered interruption, of one environment or of all environments of a contract."""

    interruption_id: str = text("Key of the interruption")
    contract_id: str = text("All environments of this contract are concerned", nullable=True)
    environment_id: str = text("Only this environment is concerned", nullable=True)
    cause: str = text("Cause, as article 6 lists them", allowed=CAUSES)
    starts_at: Instant = value("First instant")
    ends_at: Instant = value("First instant after it; empty: until as_of", nullable=True)
    announced_at: Instant = value("When the clients were told", nullable=True)
    is_blocking: bool = value("The service is stopped, not just at risk", nullable=True)
    reason: str = text("Why, in words", nullable=True)

    @pa.dataframe_check(name="required_value_missing")
    def names_what_it_concerns(cls, data: pa.PolarsData) -> pl.LazyFrame:
        """One of contract and environment is required: a row with neither would leave nothing out of any figure."""
        named = pl.col("contract_id").is_not_null() | pl.col("environment_id").is_not_null()
        return data.lazyframe.select(named)
