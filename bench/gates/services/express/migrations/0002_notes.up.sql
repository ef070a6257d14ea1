CREATE TABLE notes (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  user_id bigint NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  title text NOT NULL CHECK (length(title) BETWEEN 1 AND 100),
  body text NOT NULL DEFAULT '' CHECK (length(body) <= 2000),
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'done')),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX notes_user_id_id_idx ON notes (user_id, id DESC);

CREATE TABLE note_tags (
  note_id bigint NOT NULL REFERENCES notes (id) ON DELETE CASCADE,
  tag text NOT NULL CHECK (length(tag) BETWEEN 1 AND 40),
  PRIMARY KEY (note_id, tag)
);

COMMENT ON TABLE notes IS 'What users wrote down.';
COMMENT ON COLUMN notes.id IS 'Identifies the note; newer notes have larger ids.';
COMMENT ON COLUMN notes.user_id IS 'Whose note it is.';
COMMENT ON COLUMN notes.title IS 'One line.';
COMMENT ON COLUMN notes.body IS 'The note itself.';
COMMENT ON COLUMN notes.status IS 'open or done.';
COMMENT ON COLUMN notes.created_at IS 'When it was written.';
COMMENT ON TABLE note_tags IS 'Words a note is filed under.';
COMMENT ON COLUMN note_tags.note_id IS 'The note.';
COMMENT ON COLUMN note_tags.tag IS 'The word.';
