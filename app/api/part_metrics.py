"""How the parts are that all calls share, and what piles up, for Prometheus: read from Redis when it asks."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from redis.exceptions import RedisError

from app.streaming import keys
from app.streaming.connection import store
from app.streaming.parts import Part
from app.telemetry import get_logger

log = get_logger(__name__)


class PartMetrics:
    """A collector. While Redis is away it has only that to say."""

    def collect(self) -> Iterator[Metric]:
        """Gauges and counters as they are now."""
        up = GaugeMetricFamily(
            "earpiece_part_up", "1 while a part works, 0 while it is in trouble.", labels=["part"]
        )
        failures = CounterMetricFamily(
            "earpiece_part_failures", "How often a part did not answer.", labels=["part"]
        )
        pipeline = store().pipeline(transaction=False)
        for part in Part:
            pipeline.hmget(part.key, "state", "failures_ever")
        pipeline.zcard(keys.CALLS_SEEN)
        pipeline.zcard(keys.LEDGER)
        pipeline.get(keys.WINDOWS_FAILED)
        pipeline.info("memory")
        try:
            *parts, open_calls, waiting, windows_failed, memory = pipeline.execute()
        except RedisError as error:
            log.warning("parts_unknown", error=type(error).__name__)
            up.add_metric(["storage"], 0)
            yield up
            return
        up.add_metric(["storage"], 1)
        for part, (state, failed) in zip(Part, parts, strict=True):
            up.add_metric([part], int(state is None))
            failures.add_metric([part], int(failed or 0))
        yield up
        yield failures
        yield GaugeMetricFamily("earpiece_storage_bytes", "What Redis holds.", memory["used_memory"])
        yield GaugeMetricFamily("earpiece_storage_bytes_most", "Its maxmemory, or 0.", memory["maxmemory"])
        yield GaugeMetricFamily("earpiece_open_calls", "Calls that have not ended.", open_calls)
        yield GaugeMetricFamily(
            "earpiece_ledger_items", "Work that is not done, or not written yet.", waiting
        )
        yield CounterMetricFamily(
            "earpiece_windows_failed", "Windows that failed for good.", int(windows_failed or 0)
        )
