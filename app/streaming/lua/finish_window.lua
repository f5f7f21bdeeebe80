-- A window has been heard: keep its result, and publish what is now in order.
-- KEYS: call   ARGV: speaker, number, token, result (JSON for the row), event ('' when there is nothing to tell), text ('' when it has no words),
--   from, to (seconds), filler (1: needs no suggestion), suggestion id, events to tell behind the words (a line each), voice (1: though not this speaker's), milliseconds that the engine took,
--   what people are told when that shows that it is in trouble no longer ('': it was not asked)
-- Returns {1 or 0 (the lease was lost), a window of the leg that was held back (-1: none), ids of suggestions asked for…}
local speaker, number, token = ARGV[1], tonumber(ARGV[2]), ARGV[3]
local key = window_key(speaker, number)
local w = redis.call('HMGET', key, 'token', 'state', 'late')
if w[1] ~= token then return {0, -1} end
if w[2] == 'heard' then return {1, -1} end
if ARGV[14] ~= '' then answered('recogniser', ARGV[14]) end
local leg = leg_key(speaker)
redis.call('ZREM', 'hearing', window_item(speaker, number))
local held = redis.call('HGET', leg, 'held') or '-1'
redis.call('HDEL', leg, 'held')
redis.call('HSET', key, 'state', 'heard', 'result', ARGV[4], 'heard_at', now_ms(), 'engine_ms', ARGV[13])
if ARGV[5] ~= '' then redis.call('HSET', key, 'event', ARGV[5]) end
if ARGV[6] == '' then
  if ARGV[12] ~= '1' then redis.call('HINCRBY', leg, 'wordless', 1) end
else
  redis.call('HSET', leg, 'wordless', 0)
  redis.call('HSET', key, 'text', ARGV[6], 'from', ARGV[7], 'to', ARGV[8], 'filler', ARGV[9], 'suggestion', ARGV[10], 'signs', ARGV[11])
end
redis.call('HINCRBY', call, 'unheard', -1)
local asked = {}
if w[3] then publish(speaker, number, asked) end
advance(speaker, asked)
report_lag(speaker)
conclude()
return {1, tonumber(held), unpack(asked)}
