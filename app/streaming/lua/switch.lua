-- Something that is either on or off: recorded when it changes, not when it is said again.
-- KEYS: call   ARGV: name, 1 or 0, event, status to tell ('' = none)
-- Returns 1 changed, 0 it was so already, or the call is not there
if redis.call('HEXISTS', call, 'status') == 0 then return 0 end
if (redis.call('HGET', call, ARGV[1]) or '0') == ARGV[2] then return 0 end
redis.call('HSET', call, ARGV[1], ARGV[2])
emit(ARGV[3])
if ARGV[4] ~= '' then tell(ARGV[4]) end
return 1
