"""From the inbox to schema `landing`: rows read, validated, merged and accounted for; and what is summed up as they arrive."""
