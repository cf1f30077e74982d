-- An order may be moved to another slot before it is made. Expand only: the release before ignores the columns
-- and, until its last replica is gone, cannot read an entry of the new kind.
ALTER TABLE orders
    -- Time promised before it was last moved; NULL when it never was.
    ADD COLUMN moved_from timestamptz,
    -- Why it was moved, as the customer reads it.
    ADD COLUMN moved_reason text NOT NULL DEFAULT '';

-- The wider list holds for every row there is, so nothing needs to be read again.
ALTER TABLE order_events
    ADD COLUMN promised_before timestamptz,
    ADD COLUMN promised_after timestamptz,
    DROP CONSTRAINT order_events_kind_check,
    ADD CONSTRAINT order_events_kind_check CHECK (kind IN ('moved', 'undone', 'rescheduled')) NOT VALID,
    ADD CONSTRAINT order_events_rescheduled CHECK (
        (kind = 'rescheduled') = (promised_before IS NOT NULL AND promised_after IS NOT NULL)
    ) NOT VALID;
