-- The recorded events that have no row yet.
-- KEYS: call   ARGV: speaker, number and token of a window that is being saved (no token: of none)
-- Returns {} when that window's lease was lost, else {1 when the call has its row, its epoch, number of the last event that has one,
--   the windows that are not settled (speaker:number), number of an event, the event…}
if ARGV[3] ~= '' and redis.call('HGET', window_key(ARGV[1], ARGV[2]), 'token') ~= ARGV[3] then return {} end
local c = redis.call('HMGET', call, 'row', 'epoch', 'saved')
local saved = tonumber(c[3] or '0')
local answer = {c[1] and 1 or 0, tonumber(c[2] or '1'), saved, {}}
for _, each in ipairs({'agent', 'customer'}) do
  for _, number in ipairs(redis.call('ZRANGE', leg_key(each) .. ':open', 0, -1)) do answer[4][#answer[4] + 1] = each .. ':' .. number end
end
for _, entry in ipairs(redis.call('XRANGE', call .. ':events', string.format('%.0f-0', saved + 1), '+')) do
  answer[#answer + 1] = tonumber(string.match(entry[1], '%d+'))
  answer[#answer + 1] = entry[2][2]
end
return answer
