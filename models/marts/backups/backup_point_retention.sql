-- One row per restore point of client data and repository: how long it was kept, proven by the
-- listings that show it (R12). The latest listing that shows it and the first that no longer does
-- are the two that prove the verdict. Every row is judged anew by every run, in short keys and
-- dates; those that say something new, by their digest, are written with their texts.
with copies as (
    select * from {{ ref('int_backup_copies') }}
),

holdings as (
    select * from {{ ref('int_backup_holdings') }}
),

nights as (
    select * from {{ ref('int_backup_nights_promised') }}
),

point_keys as (
    select * from {{ ref('stg_backups__point_keys') }}
),

files as (
    select * from {{ ref('stg_run__files') }}
),

marked as (
    select
        holdings.*,
        {{ digest_of([
            'holdings.contract_id', 'holdings.environment_id', 'holdings.repository_id',
            'holdings.place', 'holdings.opened_on', 'holdings.closed_on',
        ]) }} as holding_digest,
    from holdings
    where holdings.content = 'data'
),

judged as (
    select
        copies.point_key,
        copies.holding_key,
        copies.quality,
        copies.is_in_night
        and copies.is_good
        and copies.night_on >= marked.opened_on
        and (marked.closed_on is null or copies.night_on < marked.closed_on)
            as is_promised,
        copies.is_restorable,
        copies.night_on,
        nights.last_kept_on as required_until,
        copies.started_at,
        copies.first_listed_at,
        copies.last_listed_at,
        copies.missing_listed_at,
        case
            when copies.is_present then 'present'
            when copies.missing_listed_at < nights.last_kept_until then 'expired_early'
            when copies.last_listed_at >= nights.last_kept_from then 'expired_on_time'
            else 'undecidable'
        end as verdict,
        copies.file_id,
        copies.line,
        marked.holding_digest,
    from copies
    inner join marked on marked.holding_key = copies.holding_key
    inner join nights
        on nights.contract_number = marked.contract_number
        and nights.content = 'data'
        and nights.night_on = copies.night_on
),

digested as (
    select
        judged.*,
        {{ digest_of([
            'judged.holding_digest', 'judged.quality', 'judged.is_promised',
            'judged.is_restorable', 'judged.night_on', 'judged.required_until',
            'judged.started_at', 'judged.first_listed_at', 'judged.last_listed_at',
            'judged.missing_listed_at', 'judged.verdict', 'judged.file_id', 'judged.line',
        ]) }} as digest,
    from judged
),

{% if is_incremental() %}
    -- A row that is there no more is written without a digest, and then taken out.
    told as (
        select
            coalesce(digested.point_key, known.point_key) as told_key,
            digested.*,
        from digested
        full outer join {{ this }} as known on known.point_key = digested.point_key
        where digested.digest is distinct from known.digest
    )
{% else %}
    told as (
        select
            digested.point_key as told_key,
            digested.*,
        from digested
    )
{% endif %}

select
    holdings.contract_id,
    holdings.environment_id,
    holdings.repository_id,
    holdings.place,
    point_keys.point_id,
    told.quality,
    told.is_promised,
    told.is_restorable,
    told.night_on,
    told.required_until,
    told.started_at,
    told.first_listed_at,
    told.last_listed_at,
    told.missing_listed_at,
    told.verdict,
    files.name as file,
    told.line,
    told.told_key as point_key,
    told.digest,
from told
left join holdings on holdings.holding_key = told.holding_key
left join point_keys on point_keys.point_key = told.point_key
left join files on files.file_id = told.file_id
