-- One row per attempt at an exam known at as_of: whether it was passed, too early after a failure, and which major version ends
-- what it gave. A version released on the day of the attempt is the one it is about (R29).
with attempts as (
    select * from {{ ref('stg_certifications__attempts') }}
),

clients as (
    select * from {{ ref('int_clients_today') }}
),

targets as (
    select * from {{ ref('int_targets') }}
),

versions as (
    select * from {{ source('landing', 'major_versions') }}
),

known as (
    select
        attempts.*,
        clients.contract_id,
        clients.today
    from attempts
    left join clients on clients.client_id = attempts.client_id
    where attempts.attempted_on <= clients.today or clients.today is null
),

marked as (
    select
        known.*,
        pass_marks.value as pass_mark_pct,
        pass_marks.clause,
        known.score_pct >= cast(pass_marks.value as double) as is_passed,
        cast(waits.value as bigint) as wait_days
    from known
    left join targets as pass_marks
        on pass_marks.contract_id = known.contract_id
        and pass_marks.commitment = 'certification_pass_mark'
        and pass_marks.valid_from <= known.attempted_on
        and (pass_marks.valid_until is null or pass_marks.valid_until > known.attempted_on)
    left join targets as waits
        on waits.contract_id = known.contract_id
        and waits.commitment = 'certification_retry_wait'
        and waits.valid_from <= known.attempted_on
        and (waits.valid_until is null or waits.valid_until > known.attempted_on)
),

following as (
    select
        marked.*,
        case
            when not marked.is_passed
                then {{ add_days('marked.attempted_on', 'coalesce(marked.wait_days, 0)') }}
        end as next_attempt_from,
        row_number() over (
            partition by marked.client_id, marked.user_id, marked.module
            order by marked.attempted_on desc, marked.attempt_id desc
        ) = 1 as is_last
    from marked
),

ended as (
    select
        following.client_id,
        following.attempt_id,
        min(versions.released_on) as certified_until
    from following
    inner join versions
        on versions.contract_id = following.contract_id
        and versions.released_on > following.attempted_on
        and versions.released_on <= following.today
        and (versions.module is null or versions.module = following.module)
    where following.is_passed
    group by following.client_id, following.attempt_id
)

select
    following.contract_id,
    following.client_id,
    following.user_id,
    following.module,
    following.attempt_id,
    following.score_pct,
    following.pass_mark_pct,
    following.is_passed,
    following.is_last,
    coalesce(following.attempted_on < lag(following.next_attempt_from) over (
        partition by following.client_id, following.user_id, following.module
        order by following.attempted_on, following.attempt_id
    ), false) as is_too_early,
    following.attempted_on,
    lag(following.next_attempt_from) over (
        partition by following.client_id, following.user_id, following.module
        order by following.attempted_on, following.attempt_id
    ) as allowed_from,
    following.next_attempt_from,
    ended.certified_until,
    following.clause,
    following.file_id,
    following.line
from following
left join ended
    on ended.client_id = following.client_id and ended.attempt_id = following.attempt_id
