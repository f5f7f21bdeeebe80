"""Where the time goes: py-spy on every Python process of a system."""

import asyncio
import sys
from pathlib import Path

import psutil

from benchmarks.load.measured import Measured

SECONDS = 10
PROGRAM = Path(sys.executable).with_name("py-spy")


async def profile(system: Measured, folder: str) -> None:
    """Sample for ten seconds; `folder` gets a file of collapsed stacks for each process: who held its lock.

    Costs some of the processor itself.
    """
    into = Path(folder)
    into.mkdir(parents=True, exist_ok=True)
    samplers = []
    for part, head in system.parts.items():
        for each in (psutil.Process(head), *psutil.Process(head).children(recursive=True)):
            if "python" in Path(each.exe()).name:
                file = into / f"{part}-{each.pid}.txt"
                options = f"--gil -d {SECONDS} -r 200 -f raw -p {each.pid}"
                sampler = [str(PROGRAM), "record", *options.split(), "-o", str(file)]
                samplers.append(
                    await asyncio.create_subprocess_exec(*sampler, stdout=asyncio.subprocess.DEVNULL)
                )
    for started in samplers:
        await started.wait()
