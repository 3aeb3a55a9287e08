-- One row per version that ends the certifications before it; without a module it ends those of all.
select
    major_versions.contract_id,
    major_versions.module,
    major_versions.version,
    major_versions.released_on,
from {{ source('landing', 'major_versions') }} as major_versions
