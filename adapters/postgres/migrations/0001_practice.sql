-- The event store and what is written in its transactions. Made by `diary migrate` as the owner; the service itself
-- works as diary_app, which owns nothing.

create extension if not exists btree_gist;

-- Positions are (transaction << 20) + ordinal. A logical restore into a new cluster starts the transaction counter
-- again, so the base lifts it above whatever the log holds.
create table log_base (
    one boolean primary key default true check (one),
    base bigint not null
);
insert into log_base (base) values (0);

create table stored_events (
    originator_id uuid not null,
    originator_version bigint not null check (originator_version > 0),
    topic text not null,
    state bytea not null,
    notification_id bigint not null,
    hash bytea not null,
    constraint stored_events_pkey primary key (originator_id, originator_version)
) with (
    autovacuum_vacuum_insert_threshold = 10000,
    autovacuum_analyze_threshold = 1000,
    autovacuum_analyze_scale_factor = 0.01
);
create unique index stored_events_notification_id_idx on stored_events (notification_id);

-- Each event's hash covers the one before it in its stream, so changing, dropping or swapping one is found.
-- Without the predecessor check a gap in a stream would be stored without a word.
create function chain_event() returns trigger language plpgsql as $$
declare
    before bytea;
begin
    if new.originator_version = 1 then
        before := ''::bytea;
    else
        select hash into before from stored_events
        where originator_id = new.originator_id and originator_version = new.originator_version - 1;
        if before is null then
            raise exception 'version % of stream % has no predecessor', new.originator_version, new.originator_id
                using errcode = 'integrity_constraint_violation', constraint = 'stored_events_chain';
        end if;
    end if;
    new.hash := sha256(before || uuid_send(new.originator_id) || int8send(new.originator_version)
        || int4send(octet_length(new.topic)) || convert_to(new.topic, 'UTF8') || new.state);
    return new;
end
$$;
create trigger chain_event before insert on stored_events for each row execute function chain_event();

-- No two claims of one therapist overlap, ever, and no client is in two places. A session may overlap its own times.
create table claims (
    claim_id uuid primary key,
    therapist_id uuid not null,
    client_id uuid not null,
    therapist_period tstzrange not null,
    client_period tstzrange,
    kind text not null,
    session_id uuid not null,
    offer_id uuid,
    constraint claims_therapist exclude using gist
        (therapist_id with =, therapist_period with &&, session_id with <>),
    constraint claims_client exclude using gist
        (client_id with =, client_period with &&, session_id with <>)
);
create index claims_session_idx on claims (session_id);

-- Decisions that are not an overlap rest on a guard's version: a therapist's or a client's.
create table guards (
    guard_id uuid primary key,
    version bigint not null
);

-- An append is one statement, so that the whole of it is one journey to the server: guards, claims, events, and last
-- what is released, all or nothing. Guards are taken in the order of their ids whatever the strength, and nothing old
-- is let go before everything new is won, so that two appends do not wait for each other in a ring.
-- TD001: a guard has moved. TD002: the therapist's time is taken. TD003: the client's time is. Returns the position
-- before the first event's.
create function append_events(
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
    from unnest(streams, versions, topics, states) with ordinality as e(id, version, topic, state, ordinal);

    if cardinality(released) > 0 then
        delete from claims where session_id = any(released) and claim_id <> all(claim_ids);
    end if;
    return before;
end
$$;

-- One outcome for one key, whatever is repeated: committed with the events, kept without bodies.
create table requests (
    person_id uuid not null,
    route text not null,
    key text not null,
    fingerprint bytea not null,
    command_id uuid not null,
    subject_id uuid not null,
    position bigint,
    recorded_at timestamptz not null,
    primary key (person_id, route, key)
);
create index requests_recorded_at_idx on requests (recorded_at);

-- The practice's time is the database's clock plus this shift: zero in service, set by hand in a demo.
create table practice_clock (
    one boolean primary key default true check (one),
    shift interval not null
);
insert into practice_clock (shift) values ('0');
create function practice_now() returns timestamptz language sql volatile as
    $$ select clock_timestamp() + shift from practice_clock $$;

-- Personal data, encrypted with one key per person and purpose; the keys are wrapped by a key outside the database.
create table vault_keys (
    person_id uuid not null,
    purpose text not null,
    wrapped bytea not null,
    primary key (person_id, purpose)
);
create table vault (
    person_id uuid not null,
    purpose text not null,
    field text not null,
    sealed bytea not null,
    primary key (person_id, purpose, field)
);

-- How far each view has read, and the streams whose events it could not apply.
create table view_positions (
    view text not null,
    version integer not null,
    position bigint not null,
    primary key (view, version)
);
create table parked_events (
    view text not null,
    version integer not null,
    originator_id uuid not null,
    originator_version bigint not null,
    position bigint not null,
    error text not null,
    parked_at timestamptz not null default now(),
    primary key (view, version, position)
);
create index parked_events_stream_idx on parked_events (view, version, originator_id);

-- What is to be done, and when. The broker only carries hints; this is the truth.
create table work (
    work_id text primary key,
    kind text not null,
    subject text not null,
    due_at timestamptz not null,
    state text not null default 'ready' check (state in ('ready', 'leased', 'done', 'parked')),
    sent_at timestamptz,
    lease_until timestamptz,
    retry_at timestamptz not null default 'epoch',
    fence bigint not null default 0,
    attempts integer not null default 0,
    waits integer not null default 0,
    created_at timestamptz not null default clock_timestamp(),
    last_error text,
    causation text,
    correlation_id uuid not null,
    closed_at timestamptz
);
create index work_open_idx on work (due_at) where state in ('ready', 'leased');
create index work_leased_idx on work (lease_until) where state = 'leased';
create index work_sent_idx on work (sent_at) where state = 'ready' and sent_at is not null;

-- What the payment provider told us of: an id and what it is about, never its payload.
create table inbox (
    webhook_id text primary key,
    kind text not null,
    object_id text not null,
    account text,
    received_at timestamptz not null default now()
);

do $$
begin
    if to_regrole('diary_app') is null then
        create role diary_app nologin;
    end if;
exception when duplicate_object or unique_violation then
    null; -- another database of this cluster made it already; roles belong to the cluster
end
$$;
grant usage on schema public to diary_app;
grant select, insert on stored_events, requests, inbox to diary_app;
grant delete on requests to diary_app;
grant select on migrations, log_base, practice_clock to diary_app;
grant select, insert, delete on claims to diary_app;
grant select, insert, update on guards, vault, work to diary_app;
grant select, update on view_positions to diary_app;
grant select, insert, delete on vault_keys to diary_app;
grant delete on vault to diary_app;
grant select, insert, delete on parked_events to diary_app;
