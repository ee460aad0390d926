-- +goose Up
CREATE TABLE invitees (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    meeting_id TEXT NOT NULL CHECK (length(meeting_id) <= 26),
    user_id TEXT NOT NULL CHECK (length(user_id) <= 26),
    created_at DATETIME NOT NULL,
    CONSTRAINT invitees_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE,
    CONSTRAINT invitees_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX invitees_once ON invitees (meeting_id, user_id);
CREATE INDEX invitees_by_user ON invitees (user_id);

-- +goose Down
DROP TABLE invitees;
