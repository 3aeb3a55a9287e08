-- One row per contract, clause and month: whether the promise was kept, by which figure of which mart,
-- or which document attests it. The worst finding of a month decides.
with run as (
    select * from {{ source('landing', 'run') }}
),

findings as (
    select * from {{ ref('obligation_findings') }}
),

todays as (
    select
        days.contract_id,
        days.day_on as today,
        days.month_on as this_month
    from {{ ref('int_contract_days') }} as days
    inner join run on run.as_of >= days.day_from and run.as_of < days.day_until
),

firsts as (
    select
        findings.contract_id,
        min(findings.month) as first_month
    from findings
    group by findings.contract_id
),

-- From the first month of which anything is known to that of as_of.
months as (
    select
        contract_months.contract_id,
        contract_months.month,
        contract_months.first_on,
        contract_months.last_on,
        todays.today,
        contract_months.month < todays.this_month as is_over
    from {{ ref('int_contract_months') }} as contract_months
    inner join todays on todays.contract_id = contract_months.contract_id
    left join firsts on firsts.contract_id = contract_months.contract_id
    where contract_months.month <= todays.this_month
        and contract_months.month >= coalesce(firsts.first_month, todays.this_month)
),

-- Where a clause was worded anew within a month, its last wording of the month.
clauses as (
    select
        clauses.*,
        months.month,
        months.is_over,
        months.first_on,
        months.last_on,
        months.today,
        row_number() over (
            partition by clauses.contract_id, clauses.article, clauses.title, months.month
            order by clauses.valid_from desc
        ) as place
    from {{ source('contract', 'clauses') }} as clauses
    inner join months
        on months.contract_id = clauses.contract_id
        and clauses.valid_from <= months.last_on
        and (clauses.valid_until is null or clauses.valid_until > months.first_on)
),

judged as (
    select
        clauses.contract_id,
        clauses.article,
        clauses.title,
        clauses.month,
        count(findings.verdict) as findings,
        count(case when findings.verdict = 'broken' then 1 end) as broken,
        count(case when findings.verdict = 'at_risk' then 1 end) as at_risk,
        count(case when findings.verdict = 'inconclusive' then 1 end) as inconclusive,
        count(case when findings.verdict = 'attested' then 1 end) as attested,
        min(findings.figure) as figure,
        max(findings.target) as target,
        max(findings.unit) as unit
    from clauses
    inner join findings
        on findings.contract_id = clauses.contract_id
        and findings.month = clauses.month
        and findings.mart = clauses.measured_by
        and (clauses.commitment is null or clauses.commitment = findings.commitment)
    where clauses.place = 1
    group by clauses.contract_id, clauses.article, clauses.title, clauses.month
),

-- The latest document that speaks for the month.
documents as (
    select
        clauses.contract_id,
        clauses.article,
        clauses.title,
        clauses.month,
        attestations.document,
        attestations.dated_on,
        attestations.file_id,
        attestations.line,
        row_number() over (
            partition by clauses.contract_id, clauses.article, clauses.title, clauses.month
            order by attestations.dated_on desc, attestations.document asc
        ) as place
    from clauses
    inner join {{ source('landing', 'attestations') }} as attestations
        on attestations.contract_id = clauses.contract_id
        and attestations.article = clauses.article
        and attestations.dated_on <= least(clauses.last_on, clauses.today)
        and (attestations.valid_until is null or attestations.valid_until > clauses.first_on)
    where clauses.place = 1 and clauses.nature = 'attested'
)

select
    clauses.contract_id,
    clauses.article,
    clauses.title,
    clauses.nature,
    clauses.month,
    clauses.is_over,
    case
        when documents.document is not null then 'attested'
        when judged.findings is null then 'no_data'
        when judged.broken > 0 then 'broken'
        when judged.at_risk > 0 then 'at_risk'
        when judged.inconclusive > 0 then 'inconclusive'
        when judged.attested = judged.findings then 'attested'
        else 'kept'
    end as verdict,
    judged.figure,
    judged.target,
    judged.unit,
    clauses.measured_by as mart,
    clauses.commitment,
    judged.findings,
    judged.broken,
    documents.document,
    documents.dated_on as document_on,
    files.name as file,
    documents.line,
    clauses.why,
    clauses.clause
from clauses
left join judged
    on judged.contract_id = clauses.contract_id
    and judged.article = clauses.article
    and judged.title = clauses.title
    and judged.month = clauses.month
left join documents
    on documents.contract_id = clauses.contract_id
    and documents.article = clauses.article
    and documents.title = clauses.title
    and documents.month = clauses.month
    and documents.place = 1
left join {{ source('landing', 'files') }} as files on files.file_id = documents.file_id
where clauses.place = 1
