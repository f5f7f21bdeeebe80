-- May a part be asked now? One that is in trouble is tried by one at a time, and rests in between.
-- KEYS: part
-- Returns the ms to wait, 0: ask it
local p = redis.call('HMGET', KEYS[1], 'state', 'until', 'rest')
if not p[1] then return 0 end
local now = now_ms()
if tonumber(p[2]) > now then return tonumber(p[2]) - now end
redis.call('HSET', KEYS[1], 'until', now + p[3])
return 0
