-- One row per row of holds or dossiers that was not understood, or was lost to another, and that nothing has corrected since.
-- It stands until its file is read anew under its name without it, a later file brings the row it was meant to be, or its
-- file is withdrawn. Of a file that no reader takes, the same bytes read under another name are its correction.
with readings as (
    select
        files.file_id,
        files.source,
        files.name,
        files.sha256,
        row_number() over (partition by files.name order by files.file_id desc) as age
    from {{ source('landing', 'files') }} as files
),

newest as (
    select * from readings
    where age = 1
),

dossiers as (
    select * from {{ source('landing', 'dossiers') }}
),

rejected as (
    select
        'holds' as log,
        holds.hold_id,
        holds.client_id,
        holds.dossier_id,
        cast(null as string) as fiscal_year_from,
        cast(null as string) as fiscal_year_until,
        holds.rule,
        holds.{{ quoted('column') }},
        holds.value,
        holds.file_id,
        holds.line
    from {{ ref('stg_holds__rejected_holds') }} as holds

    union all

    select
        'dossiers' as log,
        cast(null as string) as hold_id,
        dossiers.client_id,
        dossiers.dossier_id,
        dossiers.fiscal_year_from,
        dossiers.fiscal_year_until,
        dossiers.rule,
        dossiers.{{ quoted('column') }},
        dossiers.value,
        dossiers.file_id,
        dossiers.line
    from {{ ref('stg_registry__rejected_dossiers') }} as dossiers
),

understood_elsewhere as (
    select distinct readings.sha256
    from readings
    left join rejected on rejected.file_id = readings.file_id and rejected.client_id is null
    where readings.source in ('holds', 'registry') and rejected.file_id is null
),

corrected as (
    select distinct
        rejected.file_id,
        rejected.line
    from rejected
    inner join {{ ref('stg_holds__holds') }} as holds
        on holds.hold_id = rejected.hold_id
        and {{ alike('holds.client_id') }} = {{ alike('rejected.client_id') }}
        and holds.file_id > rejected.file_id

    union

    select distinct
        rejected.file_id,
        rejected.line
    from rejected
    inner join dossiers
        on {{ alike('dossiers.client_id') }} = {{ alike('rejected.client_id') }}
        and {{ alike('dossiers.dossier_id') }} = {{ alike('rejected.dossier_id') }}
        and dossiers.file_id > rejected.file_id
    where rejected.log = 'dossiers'
        and case
            when rejected.fiscal_year_from is null and rejected.fiscal_year_until is null
                then dossiers.fiscal_year_end is not null
            else coalesce(cast(dossiers.fiscal_year_from as string) = rejected.fiscal_year_from, false)
                or coalesce(cast(dossiers.fiscal_year_until as string) = rejected.fiscal_year_until, false)
        end
),

not_understood as (
    select
        rejected.log,
        rejected.client_id,
        rejected.dossier_id,
        rejected.rule,
        rejected.{{ quoted('column') }},
        rejected.value,
        rejected.file_id,
        rejected.line
    from rejected
    inner join newest on newest.file_id = rejected.file_id
    left join corrected on corrected.file_id = rejected.file_id and corrected.line = rejected.line
    left join understood_elsewhere
        on understood_elsewhere.sha256 = newest.sha256
        and rejected.rule in ('unknown_file_name', 'unknown_ending', 'unknown_format')
    where corrected.file_id is null and understood_elsewhere.sha256 is null
),

-- Two rows of one key in one reading, or a hold whose key another client's or dossier's hold took.
replaced as (
    select
        replaced.log,
        replaced.client_id,
        replaced.dossier_id,
        'told_twice' as rule,
        replaced.old_file_id as file_id,
        replaced.old_line as line
    from {{ ref('stg_run__replaced_guards') }} as replaced
    inner join newest on newest.file_id = replaced.old_file_id
    where replaced.old_file_id = replaced.new_file_id
        or (
            replaced.log = 'holds'
            and (
                {{ alike('replaced.client_id') }} <> {{ alike('replaced.new_client_id') }}
                or coalesce({{ alike('replaced.dossier_id') }}, '')
                <> coalesce({{ alike('replaced.new_dossier_id') }}, '')
            )
        )
),

odd as (
    select * from replaced
    union all
    select
        'dossiers' as log,
        odd_years.client_id,
        odd_years.dossier_id,
        odd_years.rule,
        odd_years.file_id,
        odd_years.line
    from {{ ref('int_history_odd_fiscal_years') }} as odd_years
),

every as (
    select * from not_understood
    union all
    select
        odd.log,
        odd.client_id,
        odd.dossier_id,
        odd.rule,
        cast(null as string) as {{ quoted('column') }},
        cast(null as string) as value,
        odd.file_id,
        odd.line
    from odd
)

select
    every.log,
    every.client_id,
    every.dossier_id,
    files.name as file,
    every.line,
    every.rule,
    every.{{ quoted('column') }},
    every.value,
    every.file_id
from every
inner join readings as files on files.file_id = every.file_id
