"""Celery's own `worker` and `beat`, and no more: `python -m workers.celery worker -Q <queue>`.

The program `celery` does the same, but imports all its commands, Flower's and a shell's among them: 11 MB for
each of our processes, a tenth of an idle system.
"""

import sys

import click
from celery.bin.base import CLIContext
from celery.bin.beat import beat
from celery.bin.worker import worker

from workers.celery_app import app


@click.group(commands=[worker, beat])
@click.pass_context
def main(context: click.Context) -> None:
    """Take Celery's options."""
    context.obj = CLIContext(app=app, no_color=False, workdir=None, quiet=True)


if __name__ == "__main__":
    sys.argv[:1] = ["-m", "workers.celery"]  # with which Celery starts a worker anew on SIGHUP
    main(sys.argv[2:], prog_name="python -m workers.celery")
