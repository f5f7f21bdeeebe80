from benchmarks.load.commands import SCRIPTS, count
from benchmarks.load.processes import two_of


def test_commands_of_clients_and_of_scripts_are_told_apart() -> None:
    lines = (
        b'+OK\r\n+1339518083.107412 [0 127.0.0.1:60866] "EVALSHA" "ab\\"] \\"x" "\\r\\n"\r\n'
        b'+1339518083.207412 [0 lua] "hset" "a" "[0 lua] \\"get\\""\r\n'
        b'+1339518083.307412 [0 unix:/tmp/s] "hget" "a"\r\n'
    )
    assert count(lines) == {"evalsha": 1, SCRIPTS: 1, "hget": 1}


def test_two_processes_of_a_part_go_by_two_names() -> None:
    worker = "python -m workers.celery worker -n suggest@%h -Q suggest -P threads"
    assert two_of("suggest", worker) == {
        "suggest": worker,
        "suggest2": "python -m workers.celery worker -n suggest2@%h -Q suggest -P threads",
    }
    assert two_of("web", "gunicorn -c app/web.py 'app()'") == {
        "web": "gunicorn -c app/web.py 'app()' --workers 2"
    }
