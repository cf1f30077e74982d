-- Puts an entry into each log, or answers which log is full.
-- KEYS: the logs. ARGV: now in ms, then of each log: limit, window in ms, entry, and 1 where the entry
-- stays although a later log is full.
-- Answers {0, 0, added…}: 1 for each log that did not have its entry yet; or {place, ms}: the full log
-- and when it has room again.
local now = tonumber(ARGV[1])
local added = {}
for i, key in ipairs(KEYS) do
  local limit, window, entry = tonumber(ARGV[4 * i - 2]), tonumber(ARGV[4 * i - 1]), ARGV[4 * i]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  if not redis.call('ZSCORE', key, entry) and redis.call('ZCARD', key) >= limit then
    for j = 1, i - 1 do
      if added[j] == 1 and ARGV[4 * j + 1] ~= '1' then
        redis.call('ZREM', KEYS[j], ARGV[4 * j])
      end
    end
    local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    return { i, tonumber(oldest[2]) + window - now }
  end
  added[i] = redis.call('ZADD', key, 'NX', now, entry)
  redis.call('PEXPIRE', key, window)
end
return { 0, 0, unpack(added) }
