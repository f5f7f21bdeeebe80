"""Every setting of Earpiece: one typed object, read from the environment once by each process."""

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

OPENAI = "https://api.openai.com/v1"
MINIMUM_SECRET_CHARACTERS = 32


class Engine(NamedTuple):
    """Where one part of the engine answers. An empty `api_key` means that the server wants none."""

    base_url: str
    api_key: str
    builtin: bool


class Settings(BaseSettings):
    """The environment, parsed. Raises `pydantic.ValidationError` naming each variable that is wrong."""

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    database_url: str = Field("", description="PostgreSQL; empty: an embedded one is started by `make run`")
    redis_url: str = Field("", description="Redis; empty: an embedded one is started by `make run`")
    broker_url: str = Field("", description="Celery's broker; empty: database 1 of the Redis at REDIS_URL")

    openai_api_key: str = Field("", description="a key alone means OpenAI itself")
    openai_base_url: str = Field("", description="an OpenAI-compatible server, with or without a key")
    stt_base_url: str = Field("", description="another server for speech to text, or `builtin`")
    stt_api_key: str = Field("", description="the key for STT_BASE_URL")
    llm_base_url: str = Field("", description="another server for suggestions and summaries, or `builtin`")
    llm_api_key: str = Field("", description="the key for LLM_BASE_URL")
    builtin_engine_url: str = Field(
        "http://127.0.0.1:8090/v1", description="where the built-in engine listens"
    )
    stt_model: str = "whisper-1"
    llm_model: str = "gpt-5-mini"
    llm_input_price: Decimal = Field(
        Decimal(0), ge=0, description="of a million tokens that LLM_MODEL reads, in any currency"
    )
    llm_output_price: Decimal = Field(
        Decimal(0), ge=0, description="of a million that it writes; both 0: no cost is stored"
    )
    summary_model: str = Field("", description="empty: the same as LLM_MODEL")

    language: str = "en"
    window_seconds: float = Field(5.0, ge=1, le=30)
    window_policy: Literal["speech", "fixed"] = "speech"
    interim: Literal["auto", "on", "off"] = Field(
        "auto",
        description="words before their window ends; auto: with the built-in engine, which costs nothing",
    )

    host: str = "127.0.0.1"
    port: int = Field(8000, ge=0, le=65535)
    public_url: str = Field("", description="what browsers type, where a TLS front stands before us")
    secret_key: str = Field("", description="signs the session cookie; at least 32 characters")
    local_sign_in_key: str = Field("", description="set by `make run` only: lets its printed link sign in")
    ice_servers: list[dict[str, Any]] = Field(
        [], description="JSON: the STUN and TURN servers through which browsers find each other"
    )
    data_dir: Path = Field(Path("var"), description="where audio files go")
    seed_data: bool = Field(False, description="load the demo people once, and offer the sample calls")

    max_calls: int = Field(2000, ge=1, description="calls that may go on at once")
    max_sockets: int = Field(2500, ge=1, le=3500, description="media sockets of one web process")
    max_sockets_per_person: int = Field(
        20, ge=1, description="media sockets of one person, in one web process"
    )
    max_leg_megabytes: int = Field(128, ge=1, description="sound of one leg that may wait in Redis")
    max_call_hours: float = Field(12, gt=0, description="a call that is older is ended")

    @model_validator(mode="after")
    def _secret_is_secret(self) -> "Settings":
        if self.secret_key and len(self.secret_key) < MINIMUM_SECRET_CHARACTERS:
            raise ValueError(
                f"SECRET_KEY has fewer than {MINIMUM_SECRET_CHARACTERS} characters: "
                "make one with `openssl rand -hex 32`"
            )
        return self

    @property
    def celery_broker_url(self) -> str:
        """The broker, which keeps its own Redis database so that no key of ours can meet one of Celery's."""
        if self.broker_url:
            return self.broker_url
        if self.redis_url.startswith(("unix:", "redis+socket:")):
            path = self.redis_url.split("?")[0].removeprefix("unix://").removeprefix("redis+socket://")
            return f"redis+socket://{path}?virtual_host=1"
        base, _, database = self.redis_url.rpartition("/")
        return f"{base}/1" if database.isdigit() else f"{self.redis_url.rstrip('/')}/1"

    @property
    def stt(self) -> Engine:
        """Who hears."""
        return self._engine(self.stt_base_url, self.stt_api_key)

    @property
    def llm(self) -> Engine:
        """Who suggests and summarises."""
        return self._engine(self.llm_base_url, self.llm_api_key)

    @property
    def uses_builtin_engine(self) -> bool:
        return self.stt.builtin or self.llm.builtin

    @property
    def shows_interim(self) -> bool:
        """Whether people see words before their window ends."""
        return self.interim == "on" or (self.interim == "auto" and self.stt.builtin)

    def _engine(self, base_url: str, api_key: str) -> Engine:
        if base_url == "builtin":
            return Engine(self.builtin_engine_url, "", builtin=True)
        if base_url:
            return Engine(base_url, api_key, builtin=False)
        if self.openai_base_url:
            return Engine(self.openai_base_url, api_key or self.openai_api_key, builtin=False)
        if api_key or self.openai_api_key:
            return Engine(OPENAI, api_key or self.openai_api_key, builtin=False)
        return Engine(self.builtin_engine_url, "", builtin=True)


@cache
def load_settings() -> Settings:
    """The settings of this process; the same object every time."""
    return Settings()
