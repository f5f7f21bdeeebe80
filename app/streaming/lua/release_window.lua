-- Give a window back, to be tried again no sooner than `delay`.
-- KEYS: call   ARGV: speaker, number, token, delay in ms, fault (whose: `window` counts as an attempt; `nobody` does not), why
local speaker, number = ARGV[1], ARGV[2]
local key = window_key(speaker, number)
if redis.call('HGET', key, 'token') ~= ARGV[3] then return 0 end
local due = now_ms() + tonumber(ARGV[4])
redis.call('HDEL', key, 'token', 'until')
redis.call('ZREM', 'hearing', window_item(speaker, number))
redis.call('HSET', key, 'due', due, 'last_error', ARGV[6])
if ARGV[5] == 'nobody' and redis.call('HGET', key, 'state') == 'pending' then redis.call('HINCRBY', key, 'attempts', -1) end
redis.call('ZADD', 'ledger', due, window_item(speaker, number))
return 1
