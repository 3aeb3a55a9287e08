-- One row per contract, civil day and stretch of constant UTC offset: one, or two on the days the hour changes.
with spans as (
    select * from {{ ref('int_contract_spans') }}
),

days as (
    select
        spans.contract_id,
        spans.time_zone,
        spans.holiday_calendar,
        {{ day_series('spans.first_on', 'spans.last_on') }} as day_on
    from spans
),

offsets as (
    select * from {{ source('contract', 'zone_offsets') }}
),

cut as (
    select
        days.contract_id,
        days.holiday_calendar,
        days.day_on,
        offsets.utc_offset_s,
        greatest(
            {{ add_seconds(utc_midnight('days.day_on'), '-offsets.utc_offset_s') }},
            offsets.offset_from
        ) as stretch_from,
        least(
            {{ add_seconds(utc_midnight('days.day_on'), '86400 - offsets.utc_offset_s') }},
            offsets.offset_until
        ) as stretch_until
    from days
    inner join offsets
        on offsets.time_zone = days.time_zone
        and offsets.offset_from < {{ add_seconds(utc_midnight('days.day_on'), '2 * 86400') }}
        and offsets.offset_until > {{ add_seconds(utc_midnight('days.day_on'), '-86400') }}
)

select * from cut
where cut.stretch_from < cut.stretch_until
