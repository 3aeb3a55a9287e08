-- One row: a fingerprint of all contracts: their files, the defaults of what they do not say, and the offsets of their zones.
with facts as (
    select {{ row_hash("'file'", 'files.name', 'files.sha256') }} as fact
    from {{ source('contract', 'contract_files') }} as files
    union all
    select {{ row_hash("'default'", 'defaults.term', 'defaults.value') }} as fact
    from {{ source('contract', 'term_defaults') }} as defaults
    union all
    select {{ row_hash(
        "'offset'", 'offsets.time_zone', 'offsets.utc_offset_s', 'offsets.offset_from', 'offsets.offset_until'
    ) }} as fact
    from {{ source('contract', 'zone_offsets') }} as offsets
)

select {{ combined_hash('facts.fact') }} as digest
from facts
