create table users (
  id uuid primary key default gen_random_uuid(),
  -- Lower case, so that an address belongs to one user however it is typed.
  email text not null
    constraint users_email_key unique
    constraint users_email_check check (email = lower(email) and email ~ '^[^@[:space:]]+@[^@[:space:]]+$' and length(email) <= 254),
  password_hash text
    constraint users_password_hash_check check (password_hash ~ '^scrypt[$]'),
  display_name text
    constraint users_display_name_check check (length(display_name) between 1 and 100),
  created_at timestamptz(3) not null default now(),
  disabled_at timestamptz(3)
);

create index users_created_at_id_idx on users (created_at desc, id desc);

comment on table users is 'People who can sign in.';
comment on column users.id is 'Random; the subject of access tokens.';
comment on column users.email is 'Address in lower case; names the user at login.';
comment on column users.password_hash is 'scrypt hash with its parameters and salt; null without a password of our own.';
comment on column users.display_name is 'What the user is called on screens; null when unknown.';
comment on column users.created_at is 'When the user was added.';
comment on column users.disabled_at is 'Since when the user may not sign in; null while they may.';

create table user_identities (
  provider text not null
    constraint user_identities_provider_check check (provider ~ '^[a-z][a-z0-9-]{0,31}$'),
  subject text not null
    constraint user_identities_subject_check check (length(subject) between 1 and 255),
  user_id uuid not null
    constraint user_identities_user_id_fkey references users (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  constraint user_identities_pkey primary key (provider, subject)
);

create index user_identities_user_id_idx on user_identities (user_id);

comment on table user_identities is 'Accounts at OAuth2 providers that sign a user in.';
comment on column user_identities.provider is 'Name of the provider, as in the configuration.';
comment on column user_identities.subject is 'The provider''s own, stable id of the account.';
comment on column user_identities.user_id is 'The user the account signs in.';
comment on column user_identities.created_at is 'When the account was linked.';

create table sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null
    constraint sessions_user_id_fkey references users (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  revoked_at timestamptz(3),
  revoke_reason text
    constraint sessions_revoke_reason_check check (revoke_reason in ('logout', 'reuse', 'operator')),
  constraint sessions_expires_at_check check (expires_at > created_at),
  constraint sessions_revoked_check check ((revoked_at is null) = (revoke_reason is null))
);

create index sessions_user_id_created_at_idx on sessions (user_id, created_at desc);
create index sessions_expires_at_idx on sessions (expires_at);

comment on table sessions is 'One sign-in and the family of refresh tokens that goes on from it.';
comment on column sessions.id is 'Random; the session id in access tokens.';
comment on column sessions.user_id is 'Who signed in.';
comment on column sessions.created_at is 'When they signed in.';
comment on column sessions.expires_at is 'When they have to sign in again, however often tokens were refreshed.';
comment on column sessions.revoked_at is 'When the session was ended early; null while it was not.';
comment on column sessions.revoke_reason is 'logout, reuse (a used refresh token came back) or operator; set with revoked_at.';

create table refresh_tokens (
  token_hash bytea
    constraint refresh_tokens_pkey primary key
    constraint refresh_tokens_token_hash_check check (octet_length(token_hash) = 32),
  session_id uuid not null
    constraint refresh_tokens_session_id_fkey references sessions (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  used_at timestamptz(3)
);

create index refresh_tokens_session_id_idx on refresh_tokens (session_id);

comment on table refresh_tokens is 'Refresh tokens of sessions; used ones are kept to notice when one comes back.';
comment on column refresh_tokens.token_hash is 'SHA-256 of the token; the token itself is stored nowhere.';
comment on column refresh_tokens.session_id is 'The session the token goes on with.';
comment on column refresh_tokens.created_at is 'When the token was issued.';
comment on column refresh_tokens.used_at is 'When it was exchanged for the next one; null while it can be.';

create table login_grants (
  grant_hash bytea
    constraint login_grants_pkey primary key
    constraint login_grants_grant_hash_check check (octet_length(grant_hash) = 32),
  user_id uuid not null
    constraint login_grants_user_id_fkey references users (id) on delete cascade,
  created_at timestamptz(3) not null default now(),
  expires_at timestamptz(3) not null,
  constraint login_grants_expires_at_check check (expires_at > created_at)
);

create index login_grants_user_id_idx on login_grants (user_id);
create index login_grants_expires_at_idx on login_grants (expires_at);

comment on table login_grants is 'One-time codes that carry a sign-in from a provider''s redirect to the client.';
comment on column login_grants.grant_hash is 'SHA-256 of the code; the code itself is stored nowhere.';
comment on column login_grants.user_id is 'Who is signing in.';
comment on column login_grants.created_at is 'When the code was issued.';
comment on column login_grants.expires_at is 'Until when it can be exchanged for a session.';
