"""The Compose file runs what the Procfile runs, and is a valid one."""

import os
import shlex
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.local.procfile import read_procfile
from app.settings import Settings

ROOT = Path(__file__).parents[3]
FILE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SECRETS = dict.fromkeys(("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD", "FLOWER_BASIC_AUTH"), "x" * 32)
NOT_FOR_CONTAINERS = {"LOCAL_SIGN_IN_KEY", "BROKER_URL"}


def test_each_process_of_the_procfile_is_a_service_with_the_same_command() -> None:
    services = {name: shlex.split(service.get("command", "")) for name, service in FILE["services"].items()}
    for name, command in read_procfile(ROOT / "Procfile").items():
        assert services[name] == shlex.split(command)


def test_each_service_but_the_one_that_ends_has_a_health_check() -> None:
    without = [
        name for name, service in FILE["services"].items() if not service.get("healthcheck", {}).get("test")
    ]
    assert without == ["setup"]


def test_each_setting_reaches_the_containers() -> None:
    settings = {name.upper() for name in Settings.model_fields} - NOT_FOR_CONTAINERS
    assert settings <= set(FILE["x-earpiece"]["environment"])


def test_docker_compose_accepts_the_file() -> None:
    program = shutil.which("docker-compose")
    if program is None and "CI" not in os.environ:
        pytest.skip("docker-compose is not installed")
    command = [program or "docker-compose", "-f", str(ROOT / "docker-compose.yml"), "config", "--quiet"]
    plain = {"PATH": os.environ["PATH"]}
    good = subprocess.run(command, env=plain | SECRETS, capture_output=True, text=True, check=False)
    assert good.returncode == 0, good.stderr
    without_secrets = subprocess.run(command, env=plain, capture_output=True, text=True, check=False)
    assert without_secrets.returncode != 0, "default secrets must not start anything"
