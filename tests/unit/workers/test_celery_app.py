"""Whatever is put on the ledger finds a task, a queue, and a worker that listens to it and knows the task."""

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from itertools import chain
from pathlib import Path

import pytest

from app import queue
from app.queue import RETRY_WINDOW, TASK_OF_ITEM, TRANSCRIBE_QUEUE
from app.settings import load_settings
from app.streaming.connection import store
from workers.agents import engine
from workers.celery_app import TASKS_OF_QUEUE, _warm_up, app

ROOT = Path(__file__).parents[3]
LUA = "\n".join(path.read_text() for path in (ROOT / "app/streaming/lua").glob("*.lua"))
TASKS = {value for value in vars(queue).values() if isinstance(value, str) and value.startswith("earpiece.")}


def test_every_task_that_is_named_exists_and_no_other() -> None:
    for module in chain.from_iterable(TASKS_OF_QUEUE.values()):
        import_module(module)
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == TASKS


def test_every_kind_of_item_has_its_task() -> None:
    written = set(re.findall(r"'([a-z]):' \.\. call_id", LUA))
    assert written | {"i"} == set(TASK_OF_ITEM)  # interim words are hinted, and never on the ledger
    assert {task for task, _ in TASK_OF_ITEM.values()} <= TASKS


def test_beat_asks_for_tasks_that_exist_on_queues_that_somebody_hears() -> None:
    for entry in app.conf.beat_schedule.values():
        assert entry["task"] in TASKS
        assert entry["options"]["queue"] in heard()
        assert entry["options"]["expires"] <= entry["schedule"], "sweeps must not pile up"


def test_beat_finds_a_folder_for_its_schedule_on_a_new_machine(tmp_path: Path) -> None:
    environment = os.environ | {"DATA_DIR": str(tmp_path / "new" / "data")}
    subprocess.run([sys.executable, "-c", "import celeryconfig"], cwd=ROOT, env=environment, check=True)
    assert (tmp_path / "new" / "data").is_dir()


def test_a_worker_that_starts_without_redis_warms_up_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    warm: list[bool] = []
    monkeypatch.setattr(engine, "warm_up", lambda: warm.append(True))
    for made_once in (load_settings, store):
        made_once.cache_clear()
    try:
        _warm_up()
    finally:
        for made_once in (load_settings, store):
            made_once.cache_clear()
    assert warm


def test_every_queue_has_a_worker() -> None:
    assert {queue for _, queue in TASK_OF_ITEM.values()} <= heard()


@pytest.mark.parametrize(
    ("queue", "unused"),
    [
        ("transcribe", {"soundfile"}),
        ("interim", {"soundfile", "sqlalchemy"}),
        ("suggest", {"soundfile", "soxr", "numpy"}),
        ("postcall,sweep", set()),
        ("transcribe,interim,suggest,postcall,sweep", set()),
    ],
)
def test_a_worker_knows_what_is_sent_to_its_queues_and_imports_no_more(queue: str, unused: set[str]) -> None:
    tasks, modules = after(f"app.Worker(queues={queue!r}, pool='threads')")
    assert {task for task in tasks if not task.startswith("celery.")} == sent_to(set(queue.split(",")))
    assert not unused & modules


def test_beat_and_flower_import_no_task() -> None:
    tasks, modules = after("app.Beat().init_loader()")
    assert not TASKS & tasks
    assert not {"openai", "numpy", "sqlalchemy"} & modules


def test_worker_and_beat_come_without_the_commands_for_people() -> None:
    _, modules = after("import workers.celery")
    assert {"celery.bin.worker", "celery.bin.beat"} <= modules
    assert not {"celery.bin.celery", "flower", "prompt_toolkit"} & modules


def test_a_worker_does_not_listen_to_a_queue_of_whose_tasks_it_knows_nothing() -> None:
    command = "workers.celery worker -Q transcribe,sugest -P threads"
    ended = subprocess.run(
        [sys.executable, "-m", *command.split()], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert ended.returncode
    assert "No queue sugest" in ended.stderr


def test_a_task_is_a_hint_that_may_be_lost_and_says_nothing_afterwards() -> None:
    assert app.conf.task_ignore_result
    assert app.conf.task_acks_late
    assert app.conf.accept_content == ["json"]
    assert app.conf.broker_transport_options["socket_timeout"] is not None


def heard() -> set[str]:
    """The queues of the Procfile's workers."""
    procfile = (ROOT / "Procfile").read_text()
    return {queue for queues in re.findall(r"-Q ([\w,]+)", procfile) for queue in queues.split(",")}


def sent_to(queues: set[str]) -> set[str]:
    """The tasks that are sent to them."""
    beat = [(entry["task"], entry["options"]["queue"]) for entry in app.conf.beat_schedule.values()]
    sent = [*TASK_OF_ITEM.values(), (RETRY_WINDOW, TRANSCRIBE_QUEUE), *beat]
    return {task for task, queue in sent if queue in queues}


def after(line: str) -> tuple[set[str], set[str]]:
    """The tasks and the modules that a process of its own knows after this line."""
    code = f"""
import json, sys
from workers.celery_app import app
{line}
print(json.dumps([list(app.tasks), list(sys.modules)]))
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    tasks, modules = json.loads(ended.stdout)
    return set(tasks), set(modules)
