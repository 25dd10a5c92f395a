-- The months after those that the model learns from, as its callers would send them.
select dteday + to_hours(hr) as event_time,
       hr, weekday, workingday, weathersit, temp, hum, windspeed, cnt
from 'data/bike_sharing_hourly.csv.gz'
where dteday >= '2011-04-01'
