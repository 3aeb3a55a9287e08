-- One row per hold: a case that forbids a purge. Empty scope columns mean all of the client's, or the dossier's, lines.
-- Lists are made comparable: years between commas, account prefixes as one pattern (leading zeros and case do not count).
-- A list that is no plain one, such as 2015-2017, "2015 et suivants" or "sauf 401", narrows nothing, nor do first and last
-- dates the wrong way round; a hold that ends before it begins holds from the earliest day it tells until it is corrected:
-- what a hold leaves free cannot be purged back.
with holds as (
    select
        holds.*,
        least(
            holds.from_on, coalesce(holds.until_on, holds.from_on), coalesce(holds.released_on, holds.from_on)
        ) as earliest_on,
        least(
            coalesce({{ add_days('holds.until_on', 1) }}, date '9999-12-31'),
            coalesce(holds.released_on, date '9999-12-31')
        ) as ends_on,
        coalesce(holds.until_on < holds.from_on, false)
        or coalesce(holds.released_on < holds.from_on, false) as ends_before_it_begins,
        coalesce(holds.movements_from > holds.movements_until, false) as is_span_backward,
        {{ matches(
            'holds.fiscal_years', "'^[ ,;|]*(FY *)?(19|20)[0-9]{2}([ ,;|]+(FY *)?(19|20)[0-9]{2})*[ ,;|]*$'"
        ) }} as has_years,
        {{ matches('holds.accounts', "'^[ ,;|]*[1-9][0-9A-Za-z]*[*]?([ ,;|]+[1-9][0-9A-Za-z]*[*]?)*[ ,;|]*$'") }}
        and not {{ matches('holds.accounts', "'[0-9][xX]+([^0-9A-Za-z]|$)'") }} as has_accounts
    from {{ source('landing', 'holds') }} as holds
)

select
    holds.hold_id,
    holds.client_id,
    holds.dossier_id,
    holds.reason,
    holds.legal_basis,
    holds.piece,
    case
        when holds.has_years
            then concat(',', {{ replace_all('holds.fiscal_years', '[^0-9]+', ',') }}, ',')
    end as fiscal_years,
    case
        when holds.has_accounts
            then concat(
                    '(?i)^0*(',
                {{ replace_all(
                    replace_all('holds.accounts', '^[^0-9A-Za-z]+|[^0-9A-Za-z]+$', ''),
                    '[^0-9A-Za-z]+', '|'
                ) }},
                    ')'
                )
    end as account_pattern,
    holds.ends_before_it_begins,
    holds.from_on,
    holds.until_on,
    holds.released_on,
    holds.earliest_on as held_from,
    case when holds.ends_before_it_begins then date '9999-12-31' else holds.ends_on end as free_from,
    case when not holds.is_span_backward then holds.movements_from end as movements_from,
    case when not holds.is_span_backward then holds.movements_until end as movements_until,
    holds.file_id,
    holds.line
from holds
