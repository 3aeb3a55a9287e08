-- One row per commitment that still runs at as_of, the least time left first.
with commitments as (
    select * from {{ ref('ticket_commitments') }}
)

select
    row_number() over (
        order by commitments.left_s, commitments.due_at, commitments.ticket_id, commitments.commitment
    ) as place,
    commitments.contract_id,
    commitments.client_id,
    commitments.ticket_id,
    commitments.commitment,
    commitments.criticality,
    commitments.created_at,
    commitments.due_at,
    commitments.allowed_s,
    commitments.elapsed_s,
    commitments.left_s,
    cast(commitments.elapsed_s as double) * 100 / nullif(cast(commitments.allowed_s as double), 0)
        as used_pct,
    commitments.file,
    commitments.line
from commitments
where commitments.outcome = 'running'
