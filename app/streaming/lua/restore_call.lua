-- This server's memory was lost, the database's was not: take a call up again where its rows end.
-- KEYS: call   ARGV: epoch, last event number, that of the last which clients may have seen, start of the call in ms, policy, how many of the next are names and values of call fields,
--   then fives of a leg (speaker, rate, starts_ms, end of its last final window, windows); without a leg the call has not begun, and only the fields are kept
-- Returns 1, or 0 when the call is there already, or has not begun
if redis.call('HEXISTS', call, 'status') == 1 then return 0 end
local legs = 7 + tonumber(ARGV[6])
if legs > 7 then redis.call('HSET', call, unpack(ARGV, 7, legs - 1)) end
if legs > #ARGV then
  redis.call('PEXPIRE', call, START_MS)
  return 0
end
redis.call('HSET', call, 'status', 'active', 'epoch', ARGV[1], 'seq', ARGV[2], 'survived', ARGV[3], 'created_ms', ARGV[4], 'zero_ms', ARGV[4], 'policy', ARGV[5],
  'unheard', 0)
redis.call('PEXPIRE', call, KEEP_MS)
redis.call('PEXPIRE', call .. ':events', KEEP_MS)
for i = legs, #ARGV, 5 do
  local leg = leg_key(ARGV[i])
  redis.call('HSET', leg, 'rate', ARGV[i + 1], 'starts_ms', ARGV[i + 2], 'len', ARGV[i + 3], 'cut', ARGV[i + 3], 'number', ARGV[i + 4], 'next', ARGV[i + 4],
    'voiced', 0, 'fence', 0)
  redis.call('PEXPIRE', leg, KEEP_MS)
end
redis.call('ZADD', 'calls:seen', now_ms(), call_id)
redis.call('ZADD', 'ledger', now_ms(), 'o:' .. call_id)
return 1
