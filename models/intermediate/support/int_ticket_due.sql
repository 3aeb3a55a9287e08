-- One row per ticket to judge now: of which anything is another than when it was judged last, or that stands at another instant.
{{ due('int_ticket_fingerprints', 'int_ticket_record', ['ticket_id']) }}
