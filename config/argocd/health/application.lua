-- Health of an Application inside an Application, which Argo CD leaves out by default: with it, a sync wave waits for the
-- one before.

local health = obj.status ~= nil and obj.status.health or nil
if health == nil or health.status == nil then
  return { status = "Progressing", message = "waiting for its first comparison" }
end
return { status = health.status, message = health.message or "" }
