/** The Lua scripts of the cache. Redis runs each as one step, so nothing comes between a check and what follows from it. */
export interface CacheScripts {
  readonly lease: string;
  readonly fill: string;
  readonly replay: string;
}

/**
 * KEYS body, state; ARGV lease state, its milliseconds, the database.
 * `{1}`: the lease is ours. `{0}`: somebody else loads. `{2, body, state}`: filled since we looked.
 * A state that means nothing (its body was evicted, either key is of a wrong type, or it is of another database) makes way for
 * the lease.
 */
const lease = `
local state = redis.pcall('GET', KEYS[2])
if type(state) == 'string' then
  if string.sub(state, 1, 1) == 'L' then return {0} end
  local body = redis.pcall('GET', KEYS[1])
  if state == 'N' .. ARGV[3] and body == false then return {2, false, state} end
  local length, origin = string.match(state, '^V%d+:(%d+):(%w+)$')
  if type(body) == 'string' and length == tostring(#body) and origin == ARGV[3] then return {2, body, state} end
end
redis.call('SET', KEYS[2], ARGV[1], 'PX', ARGV[2])
return {1}`;

/** The check that makes the lease: an invalidation dropped the state, a flush or an eviction too, and then nothing is filled. */
export const LEASE_CHECK = `if redis.pcall('GET', KEYS[2]) ~= ARGV[1] then return 0 end`;

/** KEYS body, state; ARGV lease state, new state, milliseconds, body (empty: the memo is not there). 1: filled. */
const fill = `
${LEASE_CHECK}
if ARGV[4] == '' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], ARGV[4], 'PX', ARGV[3])
end
redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3])
return 1`;

/**
 * KEYS body, state of each memo; ARGV for each the version that was written, or empty for any.
 * Drops whatever is older: entries, leases, absences. An entry of that version or a newer one has seen the write.
 */
const replay = `
local dropped = 0
for i = 1, #ARGV do
  local state = redis.pcall('GET', KEYS[2 * i])
  local version = type(state) == 'string' and string.match(state, '^V(%d+):')
  if not (version and ARGV[i] ~= '' and tonumber(version) >= tonumber(ARGV[i])) then
    dropped = dropped + redis.call('DEL', KEYS[2 * i - 1], KEYS[2 * i])
  end
end
return dropped`;

export const CACHE_SCRIPTS: CacheScripts = { lease, fill, replay };
