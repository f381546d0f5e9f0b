-- Health of a MemoApp for Argo CD, out of its conditions alone: Stalled is Degraded, because it needs a person; paused is
-- Suspended; everything that goes on by itself is Progressing; Ready, also of a stopped app, is Healthy.

local function condition(type)
  for _, found in ipairs(obj.status.conditions or {}) do
    if found.type == type then return found end
  end
  return nil
end

local function isTrue(found)
  return found ~= nil and found.status == "True"
end

if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = "being deleted" }
end

-- What is said of an earlier generation says nothing of this one.
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "waiting for the operator to see this generation" }
end

local ready, paused, stalled = condition("Ready"), condition("Paused"), condition("Stalled")

if isTrue(stalled) then
  return { status = "Degraded", message = stalled.reason .. ": " .. stalled.message }
end
if isTrue(paused) then
  return { status = "Suspended", message = ready ~= nil and ready.message or paused.message }
end
if isTrue(ready) then
  return { status = "Healthy", message = ready.message }
end
if ready ~= nil then
  return { status = "Progressing", message = ready.reason .. ": " .. ready.message }
end
return { status = "Progressing", message = "waiting for the operator" }
