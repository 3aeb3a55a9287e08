-- One row per copy that is not plainly good, with what it is: damaged, failed or partial (R11).
-- A partial original makes partial copies: what it could not read is missing from them too.
with holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

spoilt as (
    select * from {{ ref('int_backup_copies_spoilt_by_jobs') }}
),

point_keys as (
    select * from {{ source('landing', 'point_keys') }}
),

terms as (
    select * from {{ ref('int_terms') }}
),

-- What the catalogue tells and what jobs tell apart: each finds its few copies among millions.
told as (
    select
        copies.point_key,
        copies.holding_key,
        copies.night_on,
        case
            when copies.listed_status in ('damaged', 'failed') then copies.listed_status
            when spoilt.job_status = 'failed' then 'failed'
            else 'partial'
        end as quality,
        spoilt.job_status is not null as is_told_by_job
    from {{ ref('int_backup_copies_located') }} as copies
    left join spoilt on spoilt.point_key = copies.point_key
    where copies.listed_status in ('damaged', 'failed', 'partial')

    union all

    select
        copies.point_key,
        copies.holding_key,
        copies.night_on,
        spoilt.job_status as quality,
        true as is_told_by_job
    from spoilt
    inner join {{ ref('int_backup_copies_located') }} as copies
        on copies.point_key = spoilt.point_key
    where coalesce(copies.listed_status, 'good') not in ('damaged', 'failed', 'partial')
),

originals as (
    select
        holdings.content_key,
        holdings.repository_id,
        point_keys.point_id
    from told
    inner join holdings on holdings.holding_key = told.holding_key
    inner join point_keys on point_keys.point_key = told.point_key
    where told.quality = 'partial'
),

inherited as (
    select distinct
        copies.point_key,
        copies.holding_key,
        copies.night_on,
        'partial' as quality,
        false as is_told_by_job
    from {{ ref('int_backup_copies_located') }} as copies
    inner join holdings on holdings.holding_key = copies.holding_key
    inner join originals
        on originals.content_key = holdings.content_key
        and originals.point_id = copies.original_point_id
        and originals.repository_id <> holdings.repository_id
    left join told as itself on itself.point_key = copies.point_key
    where copies.original_point_id is not null and itself.point_key is null
),

doubtful as (
    select
        told.point_key,
        told.holding_key,
        told.night_on,
        told.quality,
        told.is_told_by_job
    from told

    union all

    select inherited.* from inherited
)

select
    doubtful.point_key,
    doubtful.quality,
    coalesce(doubtful.quality = 'partial' and terms.value = 'true', false) as is_accepted,
    doubtful.is_told_by_job
from doubtful
inner join holdings on holdings.holding_key = doubtful.holding_key
left join terms
    on terms.contract_id = holdings.contract_id
    and terms.term = 'backup_partial_covers'
    and terms.valid_from <= doubtful.night_on
    and (terms.valid_until is null or terms.valid_until > doubtful.night_on)
