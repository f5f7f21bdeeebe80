"""A history of calls, made inside PostgreSQL: so many that nobody could play them."""

import time
from collections.abc import Callable
from typing import Final

import psycopg2
from psycopg2.extensions import cursor

LINES_A_CALL: Final = 30
BATCH: Final = 10_000
SIZES: Final = {"agents": 300, "customers": 50_000, "lines": 200_000, "each": LINES_A_CALL}

WORDS: Final = """
    CREATE OR REPLACE FUNCTION word(n bigint) RETURNS text IMMUTABLE LANGUAGE sql RETURN
        (ARRAY['ba','ce','di','fo','gu','ha','je','ki','lo','mu','na','pe','ri','so','tu','va','we','xi','yo',
            'zu'])[1 + n % 20]
        || (ARRAY['ban','cel','dir','fos','gut','han','jel','kir','los','mut'])[1 + n / 20 % 10]
        || (ARRAY['', 'a', 'ed', 'er', 'ing', 'ion', 'ly', 'ness', 'o', 'um'])[1 + n / 200 % 10]
"""
"""2,000 words, of which the first are the most frequent below."""

PEOPLE: Final = """
    INSERT INTO users (name, email, role, password_hash)
    SELECT 'Agent ' || n, 'history' || n || '@example.com', 'agent', 'none'
    FROM generate_series(1, %(agents)s) AS n ON CONFLICT DO NOTHING;
    INSERT INTO customers (account_number, name, email, phone, tier, status, lifetime_value)
    SELECT 'HIS' || lpad(n::text, 7, '0'), word(n) || ' ' || word(n * 7919::bigint),
        'history' || n || '@example.com', '+1555' || lpad(n::text, 7, '0'), 'standard', 'active', 0
    FROM generate_series(1, %(customers)s) AS n ON CONFLICT DO NOTHING
"""

SAID: Final = """
    CREATE TABLE IF NOT EXISTS said AS
    SELECT line, string_agg(word((1999 * power(random(), 3))::bigint), ' ') AS text
    FROM generate_series(0, %(lines)s - 1) AS line, generate_series(1, 12) GROUP BY line;
    CREATE UNIQUE INDEX IF NOT EXISTS said_line ON said (line)
"""
"""Lines of 12 words; as in life few words are frequent and most are rare."""

ALL_WORDS: Final = """
    CREATE OR REPLACE AGGREGATE all_words(tsvector) (SFUNC = tsvector_concat, STYPE = tsvector)
"""

CALLS: Final = """
    WITH made AS (
        INSERT INTO calls (call_id, customer_id, agent_id, agent_name, start_time, end_time,
            duration_seconds, status, sentiment, sentiment_score, disposition, summary)
        SELECT md5('call ' || n)::uuid, (SELECT max(id) FROM customers) - n %% %(customers)s,
            (SELECT max(id) FROM users) - n %% %(agents)s, 'Agent ' || n %% %(agents)s,
            now() - n * interval '20 seconds', now() - n * interval '20 seconds' + interval '5 minutes', 300,
            CASE WHEN n %% 50 = 0 THEN 'abandoned' ELSE 'completed' END,
            (ARRAY['negative', 'neutral', 'positive'])[1 + n %% 3], 0,
            CASE WHEN n %% 1000 = 0 THEN 'escalated' ELSE 'resolved' END,
            'The customer asked about ' || word(n %% 2000) || '.'
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n
        RETURNING id, call_id, start_time
    ), lines AS (
        INSERT INTO transcripts (call_id, speaker, text, timestamp, confidence, "window", start_byte, start,
            "end")
        SELECT md5('call ' || n)::uuid, (ARRAY['agent', 'customer'])[1 + at %% 2],
            CASE at WHEN 7 THEN 'my order number is ' || (100000000 + n)
                WHEN 14 THEN 'quarn' || lpad((n %% 25)::text, 2, '0') || ' and quist'
                    || lpad((n %% 1000)::text, 3, '0')
                ELSE said.text END,
            now() - n * interval '20 seconds', 0.9, at, at * 160000, at * 10, at * 10 + 8
        FROM generate_series(%(first)s::bigint, %(last)s::bigint) AS n, generate_series(1, %(each)s) AS at,
            said
        WHERE said.line = (n * 7919 + at * 104729) %% %(lines)s
        RETURNING call_id, words
    )
    INSERT INTO call_words (id, start_time, words)
    SELECT id, start_time, all_words(strip(words)) FROM made JOIN lines USING (call_id)
    GROUP BY id, start_time
"""
"""Every 25th call has a word of its own (`quarn07`), and so has every 1,000th (`quist123`)."""

INDEXES: Final = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    LEFT JOIN pg_constraint ON conindid = indexrelid
    WHERE indrelid IN ('calls'::regclass, 'transcripts'::regclass, 'call_words'::regclass)
        AND conindid IS NULL
"""


def make_history(dsn: str, calls: int, progress: Callable[[str], None]) -> int:
    """Make what is missing of so many calls; returns how many there were before.

    All or nothing. Most indexes are dropped meanwhile and then made anew, which is several times faster.
    """
    with psycopg2.connect(dsn) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM calls")
        ((found,),) = cursor.fetchall()
        if found < calls:
            _make(cursor, found, calls, progress)
    connection.close()
    maintenance = psycopg2.connect(dsn)
    maintenance.autocommit = True
    with maintenance.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE calls, transcripts, call_words, customers")
    maintenance.close()
    return int(found)


def _make(cursor: cursor, found: int, calls: int, progress: Callable[[str], None]) -> None:
    began = time.monotonic()
    for statement in (WORDS, ALL_WORDS):
        cursor.execute(statement)
    for statement in (PEOPLE, SAID):
        cursor.execute(statement, SIZES)
    cursor.execute("SET LOCAL session_replication_role = replica")  # keys to other tables fit: spare the look
    cursor.execute("SET LOCAL work_mem = '256MB'; SET LOCAL maintenance_work_mem = '1GB'")
    cursor.execute(INDEXES)
    indexes = cursor.fetchall()
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for first in range(found, calls, BATCH):
        last = min(first + BATCH, calls) - 1
        cursor.execute(CALLS, {**SIZES, "first": first, "last": last})
        progress(f"{last + 1:,} of {calls:,} calls, {time.monotonic() - began:.0f} s")
    for name, definition in indexes:
        cursor.execute(definition)
        progress(f"{name}, {time.monotonic() - began:.0f} s")
