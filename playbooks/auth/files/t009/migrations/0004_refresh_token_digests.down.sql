-- A digest cannot be turned back into its token: everybody signs in again.
delete from refresh_tokens;
alter table refresh_tokens
  drop column token_hash,
  add column token text,
  add constraint refresh_tokens_pkey primary key (token),
  add constraint refresh_tokens_token_check check (length(token) = 43);

comment on column refresh_tokens.token is 'What the client sends to refresh.';
