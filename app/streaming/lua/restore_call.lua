-- This server's memory was lost, the database's was not: take a call up again where its rows end.
-- KEYS: call   ARGV: epoch, last event number which clients may have seen, start of the call in ms, policy,
--   number of the last event, how many the next are: numbers of events and these (JSON), how many of the next are names and values of call fields and these,
--   then sixes of a leg (speaker, rate, starts_ms, byte at which it goes on, spans kept behind that, number of its next window);
--   without a leg the call has not begun, and only the fields are kept
-- Returns 1, or 0 when the call is there already, or has not begun
if redis.call('HEXISTS', call, 'status') == 1 then return 0 end
local fields = 7 + tonumber(ARGV[6])
local legs = fields + 1 + tonumber(ARGV[fields])
if legs > fields + 1 then redis.call('HSET', call, unpack(ARGV, fields + 1, legs - 1)) end
if legs > #ARGV then
  redis.call('PEXPIRE', call, START_MS)
  return 0
end
redis.call('HSET', call, 'status', 'active', 'epoch', ARGV[1], 'seq', ARGV[5], 'survived', ARGV[2], 'created_ms', ARGV[3], 'zero_ms', ARGV[3], 'policy', ARGV[4],
  'unheard', 0)
redis.call('DEL', call .. ':events')
for i = 7, fields - 1, 2 do redis.call('XADD', call .. ':events', ARGV[i] .. '-0', 'e', ARGV[i + 1]) end
redis.call('PEXPIRE', call, KEEP_MS)
redis.call('PEXPIRE', call .. ':events', KEEP_MS)
for i = legs, #ARGV, 6 do
  local leg = leg_key(ARGV[i])
  redis.call('HSET', leg, 'rate', ARGV[i + 1], 'starts_ms', ARGV[i + 2], 'len', ARGV[i + 3], 'cut', ARGV[i + 3], 'kept', ARGV[i + 4],
    'number', ARGV[i + 5], 'next', ARGV[i + 5], 'voiced', 0)
  redis.call('PEXPIRE', leg, KEEP_MS)
end
redis.call('ZADD', 'calls:seen', now_ms(), call_id)
redis.call('ZADD', 'ledger', now_ms(), 'o:' .. call_id)
return 1
