-- One row per FEC file and version read: how it is written, what it holds, how far it keeps the law's layout (LPF A47 A-1).
with fec_files as (
    select * from {{ ref('stg_history__fec_files') }}
),

files as (
    select
        files.file_id,
        files.name,
        files.rows_accepted,
        files.rows_duplicate,
        versions.identity
    from {{ source('landing', 'files') }} as files
    left join {{ ref('stg_run__file_versions') }} as versions on versions.file_id = files.file_id
),

deviations as (
    select
        deviations.file_ref,
        cast(count(*) as integer) as deviations
    from {{ source('landing', 'fec_deviations') }} as deviations
    group by deviations.file_ref
),

registered as (
    select
        dossiers.client_id,
        dossiers.dossier_id,
        min(dossiers.siren) as siren
    from {{ source('landing', 'dossiers') }} as dossiers
    group by dossiers.client_id, dossiers.dossier_id
)

select
    fec_files.client_id,
    fec_files.dossier_id,
    files.name as file,
    fec_files.file_ref,
    fec_files.encoding,
    fec_files.separator,
    fec_files.line_end,
    fec_files.layout,
    fec_files.entry_key,
    fec_files.name_siren,
    registered.siren as registered_siren,
    fec_files.columns,
    fec_files.rows,
    fec_files.rows_unreadable,
    files.rows_accepted,
    files.rows_duplicate,
    fec_files.entries,
    fec_files.entries_unbalanced,
    fec_files.key_entries,
    fec_files.key_entries_unbalanced,
    fec_files.debit,
    fec_files.credit,
    fec_files.size_bytes as bytes,
    cast(coalesce(deviations.deviations, 0) as integer) as deviations,
    fec_files.has_byte_order_mark,
    fec_files.is_cash_layout,
    row_number() over (
        partition by coalesce(files.identity, files.name)
        order by files.file_id desc
    ) = 1 as is_latest,
    deviations.file_ref is null as is_conforming,
    fec_files.name_siren = registered.siren as is_siren_of_dossier,
    fec_files.name_closing_on,
    fec_files.first_on,
    fec_files.last_on
from fec_files
inner join files on files.file_id = fec_files.file_id
left join deviations on deviations.file_ref = fec_files.file_ref
left join registered
    on registered.client_id = fec_files.client_id and registered.dossier_id = fec_files.dossier_id
