-- One row per contract and night up to the day asked: wall-clock bounds in UTC (R11), the next
-- evening, and what is due. A bound is the first instant whose civil time reaches it, so a night is
-- 10 or 12 hours long when the hour changes.
with terms as (
    select * from {{ ref('int_terms') }}
),

stretches as (
    select * from {{ ref('int_contract_stretches') }}
),

asked as (
    select
        slices.contract_id,
        slices.day_on as asked_on
    from {{ ref('int_contract_day_slices') }} as slices
    inner join {{ source('landing', 'run') }} as run
        on slices.utc_day = cast(run.as_of as date)
        and slices.slice_from <= run.as_of
        and run.as_of < slices.slice_until
),

bounds as (
    select
        terms.contract_id,
        terms.term,
        terms.valid_from,
        terms.valid_until,
        cast(substr(terms.value, 1, 2) as integer) * 3600
        + cast(substr(terms.value, 4, 2) as integer) * 60
        + cast(substr(terms.value, 7, 2) as integer) as bound_s
    from terms
    where terms.term in ('backup_night_from', 'backup_night_until')
),

reached as (
    select
        stretches.contract_id,
        stretches.day_on,
        bounds.term,
        bounds.bound_s,
        min(case
            when {{ add_seconds(
                utc_midnight('stretches.day_on'), 'bounds.bound_s - stretches.utc_offset_s'
            ) }} < stretches.stretch_until
                then greatest(stretches.stretch_from, {{ add_seconds(
                    utc_midnight('stretches.day_on'), 'bounds.bound_s - stretches.utc_offset_s'
                ) }})
        end) as reached_at,
        max(stretches.stretch_until) as day_until
    from stretches
    inner join asked on asked.contract_id = stretches.contract_id
    inner join bounds
        on bounds.contract_id = stretches.contract_id
        and bounds.valid_from <= stretches.day_on
        and (bounds.valid_until is null or bounds.valid_until > stretches.day_on)
    where stretches.day_on <= {{ add_days('asked.asked_on', 1) }}
    group by stretches.contract_id, stretches.day_on, bounds.term, bounds.bound_s
),

evenings as (
    select
        reached.contract_id,
        reached.day_on as night_on,
        reached.bound_s,
        coalesce(reached.reached_at, reached.day_until) as night_from,
        lead(coalesce(reached.reached_at, reached.day_until)) over (
            partition by reached.contract_id order by reached.day_on
        ) as next_night_from
    from reached
    where reached.term = 'backup_night_from'
)

select
    evenings.contract_id,
    dense_rank() over (order by evenings.contract_id) as contract_number,
    evenings.night_on,
    asked.asked_on,
    evenings.night_from,
    coalesce(mornings.reached_at, mornings.day_until) as night_until,
    evenings.next_night_from
from evenings
inner join asked on asked.contract_id = evenings.contract_id
inner join bounds
    on bounds.contract_id = evenings.contract_id
    and bounds.term = 'backup_night_until'
    and bounds.valid_from <= evenings.night_on
    and (bounds.valid_until is null or bounds.valid_until > evenings.night_on)
inner join reached as mornings
    on mornings.contract_id = evenings.contract_id
    and mornings.term = 'backup_night_until'
    and mornings.day_on = case
        when bounds.bound_s > evenings.bound_s then evenings.night_on
        else {{ add_days('evenings.night_on', 1) }}
    end
where evenings.night_on <= asked.asked_on
    and evenings.next_night_from is not null
