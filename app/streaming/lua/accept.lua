-- An agent takes a call that rings; the first one gets it.
-- KEYS: call   ARGV: agent's id, agent's name, what is told (JSON)
-- Returns {1} it is theirs (also when it was before), {0, who has it}, {-1} it rings no longer
local c = redis.call('HMGET', call, 'status', 'agent_id', 'agent_name', 'rings_until')
if c[1] == 'active' and c[2] == ARGV[1] then return {1} end
if c[1] == 'active' and c[2] then return {0, c[3] or ''} end
local now = now_ms()
if c[1] ~= 'ringing' or tonumber(c[4]) < now then return {-1} end
redis.call('HSET', call, 'status', 'active', 'agent_id', ARGV[1], 'agent_name', ARGV[2], 'created_ms', now)
redis.call('ZREM', 'calls:ringing', call_id)
redis.call('ZADD', 'calls:seen', now, call_id)
tell(ARGV[3])
return {1}
