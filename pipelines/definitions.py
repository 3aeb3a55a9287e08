"""Assembles assets, job, schedule, sensor and resources for Dagster; nothing else.

The instant that runs started by hand in the UI ask about is the one at which this module was loaded, unless LIVRET_AS_OF or
their run configuration says otherwise; schedules and sensors give their own.
"""

from __future__ import annotations

from datetime import UTC, datetime

import dagster as dg

from pipelines.assets import ALL, Livret
from pipelines.schedules import inbox_sensor, nightly, refresh

defs = dg.Definitions(
    assets=ALL,
    jobs=[refresh],
    schedules=[nightly],
    sensors=[inbox_sensor],
    resources={"livret": Livret.from_environment(datetime.now(UTC).replace(microsecond=0))},
    executor=dg.in_process_executor,  # DuckDB takes one writing process
)
