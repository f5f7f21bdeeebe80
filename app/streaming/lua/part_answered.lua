-- A part that all calls share has done its work. Whatever trouble it was in is over, and every open call is told.
-- KEYS: part   ARGV: name, message for people
-- Returns 1 when people were told
local part = KEYS[1]
local known = redis.call('HGET', part, 'state')
redis.call('HDEL', part, 'failures', 'state', 'message', 'rest', 'until')
if not known then return 0 end
tell_all(ARGV[1], 'ok', ARGV[2])
return 1
