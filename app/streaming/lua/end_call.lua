-- A leg, or the whole call, ends after the bytes stored so far.
-- KEYS: call   ARGV: speaker to close ('' = all, which ends the call), status of the ended call (completed, which for a call that a person took begins with its wrap_up; abandoned), the moment at which a client asked for it (ISO 8601);
--   of a sweep also: the status that the call must still have ('' = any), the millisecond since which it must not have had a socket
-- Returns the ledger items that this made, for hints
local before = redis.call('HMGET', call, 'status', 'ringing')
if before[1] ~= 'active' and before[1] ~= 'ringing' then return {} end
if ARGV[4] and ARGV[4] ~= '' and ARGV[4] ~= before[1] then return {} end
if ARGV[5] and tonumber(redis.call('ZSCORE', 'calls:seen', call_id) or '0') > tonumber(ARGV[5]) then return {} end
local rings = before[1] == 'ringing'
local whole = ARGV[1] == '' or rings    -- without an answer there is nobody left on it
local speakers = whole and {'agent', 'customer'} or {ARGV[1]}
local made = {}
if ARGV[1] ~= '' and redis.call('HEXISTS', leg_key(ARGV[1]), 'closed') == 0 then
  emit('{"type":"hang_up","call_id":"' .. call_id .. '","speaker":"' .. ARGV[1] .. '","at":' .. quote(ARGV[3]) .. '}')
end
for _, speaker in ipairs(speakers) do
  local leg = leg_key(speaker)
  if redis.call('EXISTS', leg) == 1 and redis.call('HSETNX', leg, 'closed', now_ms()) == 1 then
    local first = tonumber(redis.call('HGET', leg, 'number'))
    cut_tail(speaker, 'end')
    pass_kept(speaker)
    for number = first, tonumber(redis.call('HGET', leg, 'number')) - 1 do made[#made + 1] = window_item(speaker, number) end
    if #made > 0 then advance(speaker, {}) end
  end
end
if whole then
  local duration = 0
  for _, speaker in ipairs(speakers) do
    local leg = leg_key(speaker)
    if redis.call('EXISTS', leg) == 1 then duration = math.max(duration, seconds(leg, tonumber(redis.call('HGET', leg, 'len')))) end
  end
  local status = ARGV[2]
  if rings then status = 'abandoned' elseif status == 'completed' and redis.call('HEXISTS', call, 'agent_id') == 1 then status = 'wrap_up' end
  redis.call('HSET', call, 'status', status, 'ended_ms', now_ms(), 'duration', tostring(duration))
  redis.call('ZREM', 'calls:seen', call_id)
  redis.call('ZREM', 'calls:ringing', call_id)
  if before[2] then
    local state, words = 'ended', 'The call has ended.'
    if rings and ARGV[1] == '' then
      state, words = 'unanswered', 'Nobody could answer in time. Please call again later.'
      redis.call('ZREMRANGEBYSCORE', 'calls:unanswered', 0, now_ms() - UNANSWERED_MS)
      redis.call('ZADD', 'calls:unanswered', now_ms(), before[2])
      redis.call('PEXPIRE', 'calls:unanswered', UNANSWERED_MS)
    end
    tell('{"type":"status","call_id":"' .. call_id .. '","part":"call","state":"' .. state .. '","message":"' .. words .. '"}')
  end
  conclude()
  if redis.call('ZCARD', leg_key('agent') .. ':open') + redis.call('ZCARD', leg_key('customer') .. ':open') == 0 then made[#made + 1] = 'f:' .. call_id end
end
return made
