-- One row per reading of a file of which there is one at a time, a FEC file of a year: which reading replaces it.
with counted as (
    select
        file_versions.file_id,
        lead(file_versions.file_id) over (
            partition by file_versions.identity
            order by file_versions.file_id
        ) as replaced_by_file_id
    from {{ source('landing', 'file_versions') }} as file_versions
    where not file_versions.is_refused
)

select
    versions.file_id,
    versions.identity,
    versions.is_refused,
    counted.replaced_by_file_id
from {{ source('landing', 'file_versions') }} as versions
left join counted on counted.file_id = versions.file_id
