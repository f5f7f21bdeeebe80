"""What Prometheus reads. No name of a person or a call is in it, so it asks for no password."""

import time

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)

from app.api.auth import public
from app.api.part_metrics import PartMetrics

metrics = Blueprint("metrics", __name__)

METHODS = {"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"}
REQUESTS = Counter("earpiece_http_requests", "Requests answered.", ["method", "route", "status"])
REQUEST_SECONDS = Histogram(
    "earpiece_http_request_seconds", "From request to first byte.", ["method", "route"]
)
SHARED = CollectorRegistry()
SHARED.register(PartMetrics())
STREAMS = Gauge("earpiece_event_streams", "Server-sent event streams that are open.")


def register(app: Flask) -> None:
    """Measure every request, under its route and never its path."""
    app.before_request(_begin)
    app.after_request(_measure)
    app.register_blueprint(metrics)


@metrics.get("/metrics")
@public
def show_metrics() -> Response:
    """Counters and gauges of this process, and of what all processes share."""
    return Response(generate_latest() + generate_latest(SHARED), content_type=CONTENT_TYPE_LATEST)


def _begin() -> None:
    g.began_at = time.perf_counter()


def _measure(response: Response) -> Response:
    if request.url_rule is not None and request.url_rule.websocket:
        return response
    route = request.url_rule.rule if request.url_rule else "unknown"
    method = request.method if request.method in METHODS else "other"  # anyone can make up more, for ever
    REQUESTS.labels(method, route, response.status_code).inc()
    REQUEST_SECONDS.labels(method, route).observe(time.perf_counter() - g.began_at)
    return response
