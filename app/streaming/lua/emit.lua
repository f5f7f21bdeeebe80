-- Record an event of the call, once under its name.
-- KEYS: call   ARGV: event (JSON without id), name ('' = any number of times)
-- Returns the event's number, 0 when it was recorded before, or after the record was closed
local once = ARGV[2] ~= '' and 'once:' .. ARGV[2]
if once and redis.call('HEXISTS', call, once) == 1 then return 0 end
local number = emit(ARGV[1])
if once then redis.call('HSET', call, once, 1) end
return number
