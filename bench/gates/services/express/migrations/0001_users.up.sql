CREATE TABLE users (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  email text NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 200),
  password_hash text NOT NULL CHECK (length(password_hash) BETWEEN 1 AND 200),
  created_at timestamptz NOT NULL DEFAULT now()
);

COMMENT ON TABLE users IS 'People who keep notes.';
COMMENT ON COLUMN users.id IS 'Identifies the user.';
COMMENT ON COLUMN users.email IS 'Address the user signs in with.';
COMMENT ON COLUMN users.password_hash IS 'scrypt hash with its salt.';
COMMENT ON COLUMN users.created_at IS 'When the user was added.';
