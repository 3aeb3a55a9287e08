-- One row per term, with its meaning where a contract is silent.
select
    term_defaults.term,
    term_defaults.value,
    term_defaults.rule,
from {{ source('contract', 'term_defaults') }} as term_defaults
