-- Posts the bodies of BODY_FILES in turn, with the headers of HEADERS. Where EXPECTED is set, the numbers of every answer that follow PATTERN must be those of one of its lines.
local bodies, expected, wrong, first = {}, {}, 0, nil
local pattern = os.getenv("PATTERN")
local tolerance = tonumber(os.getenv("TOLERANCE") or "0")

for name in os.getenv("BODY_FILES"):gmatch("[^:]+") do
   local file = assert(io.open(name, "rb"))
   bodies[#bodies + 1] = file:read("*a")
   file:close()
end

for name, value in (os.getenv("HEADERS") or ""):gmatch("([^:;]+):([^;]+);") do
   wrk.headers[name] = value
end

wrk.method = "POST"
local requests, at = {}, 0

function init(args)
   for i, body in ipairs(bodies) do
      requests[i] = wrk.format(nil, nil, nil, body)
   end
end

function request()
   at = at % #requests + 1
   return requests[at]
end

if os.getenv("EXPECTED") then
   for line in io.lines(os.getenv("EXPECTED")) do
      local values = {}
      for value in line:gmatch("[^,]+") do
         values[#values + 1] = tonumber(value)
      end
      expected[#expected + 1] = values
   end

   local function matches(body, start, values)
      for i = 1, #values do
         local from, to, text = body:find("^[%[%],%s]*(%-?[%d%.eE%+%-]+)", start)
         if not from or math.abs(tonumber(text) - values[i]) > tolerance then
            return false
         end
         start = to + 1
      end
      return true
   end

   function response(status, headers, body)
      local _, start = body:find(pattern, 1, true)
      if status == 200 and start then
         for _, values in ipairs(expected) do
            if matches(body, start + 1, values) then
               return
            end
         end
      end
      wrong = wrong + 1
      first = first or (status .. " " .. body:sub(1, 300))
      wrk.thread:set("wrong", wrong)
      wrk.thread:set("first", first)
   end

   local threads = {}
   function setup(thread)
      threads[#threads + 1] = thread
   end

   function done()
      for _, thread in ipairs(threads) do
         if thread:get("wrong") then
            print("Wrong answers: " .. thread:get("wrong") .. ", the first: " .. thread:get("first"))
         end
      end
   end
end
