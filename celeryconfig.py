"""Celery's settings.

Tasks are hints and may be lost or doubled: the ledger in Redis owns the work (see docs/architecture.md).
"""

from contextlib import suppress

from app.queue import CLOSE_ABANDONED, FINISH_MISSED, SWEEP_LEDGER, SWEEP_QUEUE
from app.settings import load_settings

broker_url = load_settings().celery_broker_url
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
broker_pool_acquire_timeout = 3
broker_transport_options = {
    # A hard-killed worker's messages come back after this, though nobody waits for them: the sweeper hints
    # sooner.
    "visibility_timeout": 120,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
}

task_serializer = "json"
accept_content = ["json"]
task_ignore_result = True
task_acks_late = True
task_default_queue = SWEEP_QUEUE
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = False
worker_soft_shutdown_timeout = 20
worker_hijack_root_logger = False
worker_send_task_events = True
worker_enable_remote_control = True
timezone = "UTC"

beat_schedule = {
    "sweep-ledger": {"task": SWEEP_LEDGER, "schedule": 5.0, "options": {"queue": SWEEP_QUEUE, "expires": 5}},
    "close-abandoned": {
        "task": CLOSE_ABANDONED,
        "schedule": 60.0,
        "options": {"queue": SWEEP_QUEUE, "expires": 60},
    },
    "finish-missed": {
        "task": FINISH_MISSED,
        "schedule": 60.0,
        "options": {"queue": SWEEP_QUEUE, "expires": 60},
    },
}
beat_schedule_filename = str(load_settings().data_dir / "beat-schedule")
with suppress(OSError):  # beat ends at once where the folder is missing; nobody else minds
    load_settings().data_dir.mkdir(parents=True, exist_ok=True)
