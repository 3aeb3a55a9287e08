-- One row per user and module: where they stand at as_of under article 15, and whether they still ask usage questions for free.
with assignments as (
    select * from {{ ref('int_user_assignments') }}
),

attempts as (
    select * from {{ ref('int_exam_attempts') }}
),

clients as (
    select * from {{ ref('int_clients_today') }}
),

files as (
    select * from {{ source('landing', 'files') }}
),

tried as (
    select
        attempts.client_id,
        attempts.user_id,
        attempts.module,
        count(*) as attempts,
        count(case when attempts.is_too_early then 1 end) as attempts_too_early,
        max(case when attempts.is_last then attempts.attempted_on end) as last_attempt_on,
        max(case when attempts.is_last then attempts.score_pct end) as last_score_pct,
        max(case when attempts.is_last then attempts.next_attempt_from end) as next_attempt_from,
        max(case when attempts.is_passed then attempts.attempted_on end) as certified_on,
        max(case
            when attempts.is_passed then coalesce(attempts.certified_until, date '9999-12-31')
        end) as certified_until,
        max(case when attempts.is_last then attempts.clause end) as clause,
        max(case when attempts.is_last then attempts.file_id end) as file_id,
        max(case when attempts.is_last then attempts.line end) as line
    from attempts
    group by attempts.client_id, attempts.user_id, attempts.module
),

joined as (
    select
        coalesce(assignments.client_id, tried.client_id) as client_id,
        coalesce(assignments.user_id, tried.user_id) as user_id,
        coalesce(assignments.module, tried.module) as module,
        assignments.assigned_on,
        assignments.withdrawn_on,
        assignments.learning_until,
        coalesce(tried.attempts, 0) as attempts,
        coalesce(tried.attempts_too_early, 0) as attempts_too_early,
        tried.last_attempt_on,
        tried.last_score_pct,
        tried.next_attempt_from,
        tried.certified_on,
        tried.certified_until,
        coalesce(assignments.clause, tried.clause) as clause,
        coalesce(assignments.file_id, tried.file_id) as file_id,
        case when assignments.file_id is null then tried.line else assignments.line end as line
    from assignments
    full outer join tried
        on tried.client_id = assignments.client_id
        and tried.user_id = assignments.user_id
        and tried.module = assignments.module
),

placed as (
    select
        joined.*,
        clients.contract_id,
        case
            when clients.today is null then null
            when joined.certified_until > clients.today then 'certified'
            when joined.assigned_on is null or joined.withdrawn_on <= clients.today
                then 'unassigned'
            when joined.learning_until > clients.today then 'learning'
            when joined.learning_until is not null then 'neither'
        end as status,
        files.name as file
    from joined
    left join clients on clients.client_id = joined.client_id
    left join files on files.file_id = joined.file_id
),

users as (
    select
        placed.client_id,
        placed.user_id,
        max(case
            when placed.status in ('certified', 'learning') then 1
            when placed.status = 'neither' then 0
        end) = 1 as has_free_questions
    from placed
    group by placed.client_id, placed.user_id
)

select
    placed.contract_id,
    placed.client_id,
    placed.user_id,
    nullif(placed.module, '') as module,
    placed.status,
    users.has_free_questions,
    placed.assigned_on,
    placed.withdrawn_on,
    placed.learning_until,
    placed.certified_on,
    nullif(placed.certified_until, date '9999-12-31') as certified_until,
    placed.attempts,
    placed.attempts_too_early,
    placed.last_attempt_on,
    placed.last_score_pct,
    case
        when placed.status = 'certified' or placed.status is null then null
        when placed.next_attempt_from is not null then placed.next_attempt_from
        when placed.certified_until is not null then placed.certified_until
        else placed.assigned_on
    end as next_attempt_from,
    placed.clause,
    placed.file,
    placed.line
from placed
inner join users on users.client_id = placed.client_id and users.user_id = placed.user_id
