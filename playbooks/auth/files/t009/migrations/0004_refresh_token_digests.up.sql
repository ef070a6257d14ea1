-- Tokens that were issued already go on working: their digest takes their place.
alter table refresh_tokens add column token_hash bytea;
update refresh_tokens set token_hash = sha256(convert_to(token, 'UTF8'));
alter table refresh_tokens
  drop column token,
  add constraint refresh_tokens_pkey primary key (token_hash),
  add constraint refresh_tokens_token_hash_check check (octet_length(token_hash) = 32);

comment on column refresh_tokens.token_hash is 'SHA-256 of the token; the token itself is stored nowhere.';
