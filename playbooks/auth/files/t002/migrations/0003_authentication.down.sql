drop table login_grants;
drop table refresh_tokens;
drop table sessions;
drop table user_identities;
drop table users;
