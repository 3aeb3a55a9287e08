-- One row per hold: a case that forbids a purge. Empty scope columns mean all of the client's, or the dossier's, lines.
-- Lists are made comparable: years between commas, account prefixes as one pattern (leading zeros do not count). A list
-- that is no plain one, such as 2015-2017, narrows nothing: what a hold leaves free cannot be purged back.
select
    holds.hold_id,
    holds.client_id,
    holds.dossier_id,
    holds.reason,
    holds.legal_basis,
    holds.piece,
    case
        when {{ matches(
            'holds.fiscal_years', "'^[^0-9]*[0-9]{4}([ ,;|]+(FY *)?[0-9]{4})*[^0-9]*$'"
        ) }}
            then concat(',', {{ replace_all('holds.fiscal_years', '[^0-9]+', ',') }}, ',')
    end as fiscal_years,
    case
        when {{ matches('holds.accounts', "'[0-9A-Za-z]'") }}
            and not {{ matches('holds.accounts', "'[0-9A-Za-z] *[-–/] *[0-9A-Za-z]'") }}
            then concat(
                    '^0*(',
                {{ replace_all(
                    replace_all('holds.accounts', '^[^0-9A-Za-z]+|[^0-9A-Za-z]+$', ''),
                    '[^0-9A-Za-z]+', '|'
                ) }},
                    ')'
                )
    end as account_pattern,
    holds.from_on,
    holds.until_on,
    holds.released_on,
    least(
        coalesce({{ add_days('holds.until_on', 1) }}, date '9999-12-31'),
        coalesce(holds.released_on, date '9999-12-31')
    ) as free_from,
    holds.movements_from,
    holds.movements_until,
    holds.file_id,
    holds.line,
from {{ source('landing', 'holds') }} as holds
