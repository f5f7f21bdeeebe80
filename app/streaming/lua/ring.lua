-- A customer calls: the call rings until somebody accepts it, or nobody does.
-- KEYS: call   ARGV: policy, seconds to ring, most calls that may ring at once, what agents see of it (JSON), then pairs of call fields
-- Returns 1, or 0 when too many ring
local now = now_ms()
if redis.call('ZCOUNT', 'calls:ringing', now, '+inf') >= tonumber(ARGV[3]) then return 0 end
local rings_until = now + tonumber(ARGV[2]) * 1000
redis.call('HSET', call, 'status', 'ringing', 'created_ms', now, 'epoch', 1, 'policy', ARGV[1], 'unheard', 0, 'seq', 0, 'rings_until', rings_until,
  'ringing', ARGV[4], unpack(ARGV, 5))
redis.call('PEXPIRE', call, KEEP_MS)
redis.call('ZADD', 'calls:ringing', rings_until, call_id)
redis.call('ZADD', 'calls:seen', now, call_id)
return 1
