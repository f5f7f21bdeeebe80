-- A part that all calls share did not do its work. After so many failures in a row it is in trouble, and every open call is told.
-- KEYS: part   ARGV: name, state, message for people, failures in a row that make it so, ms for which nobody need ask it
-- Returns 1 when people were told
local part, now = KEYS[1], now_ms()
local failures = redis.call('HINCRBY', part, 'failures', 1)
redis.call('HINCRBY', part, 'failures_ever', 1)
local known = redis.call('HGET', part, 'state')
if not known and failures < tonumber(ARGV[4]) then return 0 end
redis.call('HSET', part, 'state', ARGV[2], 'message', ARGV[3], 'rest', ARGV[5], 'until', now + ARGV[5])
if known == ARGV[2] then return 0 end
tell_all(ARGV[1], ARGV[2], ARGV[3])
return 1
