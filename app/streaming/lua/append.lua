-- Store frames of a leg, and the windows that end in them, in one breath. Repeatable: a resend is recognised by its offset.
-- KEYS: call   ARGV: speaker, fence, offset, bytes, voiced (of the open window), then fours (end, kind, reason, the millisecond at which the last byte arrived, 0: unknown) of cuts
-- Returns {status, len, first window number added, windows added}; status: 1 stored, 0 was stored before, -1 leg unknown, or restored and not taken since, -2 not the next byte, -3 fenced, -4 over, -7 too much of the leg waits
local speaker, fence, offset, bytes, voiced = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5]
local leg = leg_key(speaker)
local l = redis.call('HMGET', leg, 'fence', 'len', 'cut', 'closed', 'starts_ms', 'paired', 'full')
if not l[1] then return {-1, 0, 0, 0} end
local len, cut = tonumber(l[2]), tonumber(l[3])
if l[1] ~= fence then return {-3, len, 0, 0} end
if l[4] then return {-4, len, 0, 0} end
local size = #bytes
if size > 0 then
  if offset + size <= len then return {0, len, 0, 0} end
  if offset ~= len then return {-2, len, 0, 0} end
  if l[7] then return {-7, len, 0, 0} end
  if not l[5] then                     -- the leg's clock begins with its first byte; the call's with the first of any
    local now = now_ms()
    redis.call('HSETNX', call, 'zero_ms', now)
    local starts = now - tonumber(redis.call('HGET', call, 'zero_ms'))
    redis.call('HSET', leg, 'starts_ms', starts)
    if l[6] then                       -- two legs on one socket share one zero
      redis.call('HSETNX', leg_key(speaker == 'agent' and 'customer' or 'agent'), 'starts_ms', starts)
    end
  end
  len = len + size
  local audio = leg .. ':audio'
  redis.call('XADD', audio, string.format('%.0f-0', len), 'd', bytes)
  if offset == 0 then redis.call('PEXPIRE', audio, KEEP_MS) end
  redis.call('HSET', leg, 'len', string.format('%.0f', len), 'voiced', voiced)
end
local first, added = 0, 0
for i = 6, #ARGV, 4 do
  local finish = tonumber(ARGV[i])
  if finish > cut and finish <= len then
    local number = add_window(speaker, cut, finish, ARGV[i + 1], ARGV[i + 2], nil, ARGV[i + 3] ~= '0' and tonumber(ARGV[i + 3]) or nil)
    if added == 0 then first = number end
    added, cut = added + 1, finish
    redis.call('HSET', leg, 'cut', string.format('%.0f', cut))
    if ARGV[i + 1] ~= 'speech' then advance(speaker, {}) end
  end
end
if added > 0 then
  measure(leg)
  redis.call('PEXPIRE', call, KEEP_MS)
  redis.call('PEXPIRE', leg, KEEP_MS)
  redis.call('PEXPIRE', leg .. ':audio', KEEP_MS)
  redis.call('PEXPIRE', call .. ':events', KEEP_MS)
end
return {1, len, first, added}
