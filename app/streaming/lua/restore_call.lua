-- This server's memory was lost, the database's was not: take a call up again where its rows end.
-- KEYS: call   ARGV: epoch, last event number, start of the call in ms, policy, then fives of a leg (speaker, rate, starts_ms, end of its last final window, windows)
if redis.call('EXISTS', call) == 1 then return 0 end
redis.call('HSET', call, 'status', 'active', 'epoch', ARGV[1], 'seq', ARGV[2], 'created_ms', ARGV[3], 'zero_ms', ARGV[3], 'policy', ARGV[4], 'unheard', 0)
redis.call('PEXPIRE', call, KEEP_MS)
redis.call('PEXPIRE', call .. ':events', KEEP_MS)
for i = 5, #ARGV, 5 do
  local leg = leg_key(ARGV[i])
  redis.call('HSET', leg, 'rate', ARGV[i + 1], 'starts_ms', ARGV[i + 2], 'len', ARGV[i + 3], 'cut', ARGV[i + 3], 'number', ARGV[i + 4], 'next', ARGV[i + 4],
    'voiced', 0, 'fence', 0)
  redis.call('PEXPIRE', leg, KEEP_MS)
end
redis.call('ZADD', 'calls:seen', now_ms(), call_id)
return 1
