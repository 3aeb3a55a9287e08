"""When the assets run by themselves: every night, and when the inbox changes. One run at a time (dagster.yaml)."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from pipelines.assets.livret import Livret
from pipelines.inbox.discovery import discover
from pipelines.resources import settings

refresh = dg.define_asset_job(
    "refresh", selection=dg.AssetSelection.all(), description="All that `livret run` does."
)


def _inbox() -> Path:
    return settings(now=datetime.fromtimestamp(0, UTC)).inbox


def _request(key: str, as_of: datetime) -> dg.RunRequest:
    """A run that asks its question at `as_of`."""
    resource = Livret.from_environment(as_of)
    return dg.RunRequest(run_key=key, run_config={"resources": {"livret": {"config": resource.model_dump()}}})


@dg.schedule(job=refresh, cron_schedule="30 7 * * *", execution_timezone="Europe/Paris")
def nightly(context: dg.ScheduleEvaluationContext) -> dg.RunRequest:
    """Every morning after the night has ended (art. 5: 07:00)."""
    at = context.scheduled_execution_time
    return _request(at.isoformat(), at)


@dg.sensor(job=refresh, minimum_interval_seconds=60)
def inbox_sensor(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """A run when files came or changed since the last look, once two looks in a row see the same (uploads have ended)."""
    digest = hashlib.sha256()
    newest = 0.0
    for path, name, _, _ in discover(_inbox()):
        stat = path.stat()
        newest = max(newest, stat.st_mtime)
        digest.update(f"{name}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    seen, settled = (context.cursor or "|").split("|", 1)
    now = digest.hexdigest()
    context.update_cursor(f"{now}|{now if seen == now else settled}")
    if seen != now or settled == now:
        return dg.SkipReason("the inbox is still changing" if seen != now else "nothing new in the inbox")
    return _request(now, datetime.fromtimestamp(newest, UTC))
