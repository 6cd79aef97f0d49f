-- The busy times of the calendars that therapists connected: when, and nothing else. They are input that is joined when
-- reading and are no part of the log. A sync replaces all of a calendar's at once.
create table external_busy (
    therapist_id uuid not null,
    calendar_id uuid not null,
    period tstzrange not null,
    constraint external_busy_bounded check (not isempty(period) and not lower_inf(period) and not upper_inf(period)),
    -- Times of one calendar are merged before they are stored. The index of this constraint is the one for reading: it
    -- begins with the therapist and the period.
    constraint external_busy_merged exclude using gist
        (therapist_id with =, period with &&, calendar_id with =)
);

grant select, insert, delete on external_busy to diary_app;
