"""Triggers that keep one person of the plan office who can sign in, and whose role has no last day.

Nobody else could name another one. The database refuses to lose the last, whoever writes.
"""

import pgtrigger

KEPT = "institute_keeps_its_plan_office"
KEEPERS_LOCK = 0x0FF1CE

# Two that end at once wait for each other, and the second is refused.
_REFUSE_TO_LOSE_THE_LAST = f"""
    PERFORM pg_advisory_xact_lock({KEEPERS_LOCK});
    IF NOT EXISTS (
        SELECT 1 FROM accounts_membership held
        JOIN accounts_user person ON person.id = held.user_id
        WHERE held.role = 'plan_office' AND person.is_active
            AND held.ends_on IS NULL AND held.ended_at IS NULL
            AND (held.starts_on IS NULL
                OR held.starts_on <= (now() AT TIME ZONE 'Europe/Paris')::date)
    ) THEN
        RAISE EXCEPTION 'the institute keeps somebody of the plan office'
            USING ERRCODE = 'check_violation', CONSTRAINT = '{KEPT}';
    END IF;
    RETURN NULL;
"""  # noqa: S608 - its two parts are the constants above

KEEPS_ITS_ROLE = pgtrigger.Trigger(
    name="keep_a_plan_office",
    when=pgtrigger.After,
    operation=pgtrigger.Update | pgtrigger.Delete,
    timing=pgtrigger.Immediate,
    condition=pgtrigger.Q(old__role="plan_office", old__ends_on=None, old__ended_at=None),
    func=_REFUSE_TO_LOSE_THE_LAST,
)

_UNLESS_NO_KEEPER = """
    SELECT EXISTS (
        SELECT 1 FROM accounts_membership
        WHERE user_id = OLD.id AND role = 'plan_office'
            AND ends_on IS NULL AND ended_at IS NULL
    ) INTO was_keeper;
    IF NOT was_keeper THEN
        RETURN NULL;
    END IF;
"""

KEEPS_ITS_ACCOUNT = pgtrigger.Trigger(
    name="keep_a_plan_office",
    when=pgtrigger.After,
    operation=pgtrigger.UpdateOf("is_active"),
    timing=pgtrigger.Immediate,
    condition=pgtrigger.Q(old__is_active=True, new__is_active=False),
    declare=[("was_keeper", "BOOLEAN")],
    func=_UNLESS_NO_KEEPER + _REFUSE_TO_LOSE_THE_LAST,
)
