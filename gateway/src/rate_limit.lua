-- Claims one place in each log, or none when a log is full.
-- KEYS: the logs. ARGV: now in ms, the member, then limit and window in ms of each log.
-- Answers {0, 0}, or the place of the full log and the ms until it has room again.
local now = tonumber(ARGV[1])
local member = ARGV[2]
for i, key in ipairs(KEYS) do
  local limit = tonumber(ARGV[2 * i + 1])
  local window = tonumber(ARGV[2 * i + 2])
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
  if not redis.call('ZSCORE', key, member) and redis.call('ZCARD', key) >= limit then
    local oldest = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    return { i, tonumber(oldest[2]) + window - now }
  end
end
for i, key in ipairs(KEYS) do
  redis.call('ZADD', key, 'NX', now, member)
  redis.call('PEXPIRE', key, ARGV[2 * i + 2])
end
return { 0, 0 }
