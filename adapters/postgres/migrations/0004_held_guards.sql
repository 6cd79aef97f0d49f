-- append_events as it was, and two things more.
-- A guard without a version is held, and neither compared nor raised. Whoever lets claims go holds the therapist's guard, so
-- that it has its transaction number, and with it its place in the log, before any booking that could take the freed time.
-- Events are stored in the order of their streams' ids, whatever their order in the log: two appends to the same two
-- streams do not wait for each other in a ring.
create or replace function append_events(
    guard_ids uuid[], guard_versions bigint[], guard_moves boolean[],
    claim_ids uuid[], therapists uuid[], clients uuid[], starts timestamptz[], therapist_untils timestamptz[],
    client_untils timestamptz[], kinds text[], sessions uuid[],
    streams uuid[], versions bigint[], topics text[], states bytea[],
    released uuid[]
) returns bigint language plpgsql as $$
declare
    held bigint;
    before bigint;
begin
    for n in 1 .. cardinality(guard_ids) loop
        if guard_versions[n] is null then
            perform from guards where guard_id = guard_ids[n] for update;
            continue;
        end if;
        if guard_versions[n] = 0 then
            insert into guards (guard_id, version) values (guard_ids[n], 0) on conflict do nothing;
        end if;
        if guard_moves[n] then
            select version into held from guards where guard_id = guard_ids[n] for update;
        else
            select version into held from guards where guard_id = guard_ids[n] for share;
        end if;
        if held is distinct from guard_versions[n] then
            raise exception 'a guard has moved' using errcode = 'TD001';
        end if;
        if guard_moves[n] then
            update guards set version = version + 1 where guard_id = guard_ids[n];
        end if;
    end loop;

    for n in 1 .. cardinality(sessions) loop
        -- `on conflict do nothing` never deadlocks where plain inserts into an exclusion constraint sometimes do.
        insert into claims (claim_id, therapist_id, client_id, therapist_period, client_period, kind, session_id)
        values (claim_ids[n], therapists[n], clients[n], tstzrange(starts[n], therapist_untils[n]),
                case when client_untils[n] is not null then tstzrange(starts[n], client_untils[n]) end,
                kinds[n], sessions[n])
        on conflict do nothing;
        if not found then
            if exists (
                select from claims
                where therapist_id = therapists[n] and therapist_period && tstzrange(starts[n], therapist_untils[n])
                  and session_id <> sessions[n]
            ) then
                raise exception 'the therapist''s time is taken' using errcode = 'TD002';
            end if;
            raise exception 'the client''s time is taken' using errcode = 'TD003';
        end if;
    end loop;

    before := (pg_current_xact_id()::text::bigint + (select base from log_base)) << 20;
    insert into stored_events (originator_id, originator_version, topic, state, notification_id, hash)
    select id, version, topic, state, before + ordinal, ''
    from unnest(streams, versions, topics, states) with ordinality as e(id, version, topic, state, ordinal)
    order by id, version;

    if cardinality(released) > 0 then
        delete from claims where session_id = any(released) and claim_id <> all(claim_ids);
    end if;
    return before;
end
$$;
