-- A socket takes a leg. Opens the call if it is new.
-- KEYS: call   ARGV: speaker, rate, paired (this socket carries both legs), policy, epoch (of a call that is new here),
--   calls that may go on at once, bytes of the leg that may wait, 1 if the client has sent of this call before and may send it again, then pairs of call fields
-- Returns {status, epoch, fence, len, cut, resumed, to_open, spans kept behind len}; status: 1 taken, -4 the call or leg is over, -5 another sample rate, -6 too many calls
local speaker, rate, paired, policy, epoch = ARGV[1], ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local leg = leg_key(speaker)
if redis.call('HEXISTS', call, 'status') == 0 and redis.call('ZCARD', 'calls:seen') >= tonumber(ARGV[6]) then return {-6, 0, 0, 0, 0, 0, 0, ''} end
local fresh = redis.call('HSETNX', call, 'status', 'active') == 1
if fresh then
  redis.call('HSET', call, 'created_ms', now_ms(), 'epoch', epoch, 'policy', policy, 'unheard', 0)
  redis.call('HSETNX', call, 'seq', 0)
end
local status = redis.call('HGET', call, 'status')
if (status ~= 'active' and status ~= 'ringing') or redis.call('HEXISTS', leg, 'closed') == 1 then return {-4, 0, 0, 0, 0, 0, 0, ''} end
local known = redis.call('HGET', leg, 'rate')
if known and known ~= rate then return {-5, 0, 0, 0, 0, 0, 0, ''} end

local to_open = fresh
for i = 9, #ARGV, 2 do
  if redis.call('HSETNX', call, ARGV[i], ARGV[i + 1]) == 1 then to_open = true end
end
if not known then
  redis.call('HSET', leg, 'rate', rate, 'len', 0, 'cut', 0, 'number', 0, 'next', 0, 'voiced', 0)
  to_open = true
end
redis.call('HSET', leg, 'most', ARGV[7])
if paired == '1' then redis.call('HSET', leg, 'paired', 1) end
epoch = tonumber(redis.call('HGET', call, 'epoch'))
redis.call('HSETNX', leg, 'fence', (epoch - 1) * 2^20)    -- no socket from before a loss of memory is taken for one of now
local fence = redis.call('HINCRBY', leg, 'fence', 1)
if fence > 1 then tell('!taken ' .. speaker .. ' ' .. fence) end
redis.call('PEXPIRE', call, KEEP_MS)
redis.call('PEXPIRE', leg, KEEP_MS)
redis.call('ZADD', 'calls:seen', now_ms(), call_id)
if to_open then redis.call('ZADD', 'ledger', now_ms() + HINT_MS, 'o:' .. call_id) end
if ARGV[8] == '0' then pass_kept(speaker) end
local l = redis.call('HMGET', leg, 'len', 'cut', 'kept')
return {1, epoch, fence, tonumber(l[1]), tonumber(l[2]), (known and 1 or 0), (to_open and 1 or 0), l[3] or ''}
