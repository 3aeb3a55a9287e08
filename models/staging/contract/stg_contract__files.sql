-- One row per file of the contract folder.
select
    contract_files.name,
    contract_files.sha256,
from {{ source('contract', 'contract_files') }} as contract_files
