-- Requests of MLflow's clients, by KIND: create_run, log_metric, log_batch (100 metrics, a step further each time). RUNS has the ids of the runs to log to, one a line.
local kind, runs, step = os.getenv("KIND"), {}, 0

for line in io.lines(os.getenv("RUNS")) do
   runs[#runs + 1] = line
end

wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"

local threads = 0
function setup(thread)
   thread:set("first", threads * 100000000)
   threads = threads + 1
end

local function metric(key, value)
   return string.format('{"key":"%s","value":%.6f,"timestamp":%d,"step":%d}', key, value, 1700000000000 + step, step)
end

local bodies = {
   create_run = function()
      return string.format(
         '{"experiment_id":"0","start_time":%d,"run_name":"run-%d","tags":[{"key":"mlflow.user","value":"ada"},{"key":"mlflow.source.name","value":"train.py"},{"key":"mlflow.source.type","value":"LOCAL"}]}',
         1700000000000 + step, step)
   end,
   log_metric = function()
      return string.format('{"run_id":"%s","key":"loss","value":%.6f,"timestamp":%d,"step":%d}', runs[step % #runs + 1], 1 / (step + 1), 1700000000000 + step, step)
   end,
   log_batch = function()
      local metrics = {}
      for i = 1, 100 do
         metrics[i] = metric(string.format("metric_%02d", i), i + step / 1000)
      end
      return string.format('{"run_id":"%s","metrics":[%s]}', runs[step % #runs + 1], table.concat(metrics, ","))
   end,
}

local paths = { create_run = "runs/create", log_metric = "runs/log-metric", log_batch = "runs/log-batch" }

function init()
   step = first
   wrk.path = "/api/2.0/mlflow/" .. paths[kind]
end

function request()
   step = step + 1
   return wrk.format(nil, nil, nil, bodies[kind]())
end

local refused = 0
function response(status)
   if status ~= 200 then
      refused = refused + 1
      if refused == 1 then
         io.stderr:write("an answer has status " .. status .. "\n")
      end
   end
end
