-- The month after those that the model learns from, as its callers would send it.
select dteday + to_hours(hr) as event_time,
       season, hr, weekday, workingday, weathersit, temp, hum, windspeed, cnt
from 'data/bike_sharing_hourly.csv.gz'
where dteday >= '2011-07-01' and dteday < '2011-08-01'
