-- +goose Up
CREATE TABLE invitations (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    meeting_id TEXT NOT NULL CHECK (length(meeting_id) <= 26),
    role TEXT NOT NULL CHECK (role IN ('COHOST', 'PARTICIPANT')),
    skip_lobby BOOLEAN NOT NULL,
    hash BLOB NOT NULL CHECK (length(hash) <= 64),
    not_before DATETIME,
    expires_at DATETIME,
    max_uses INTEGER,
    uses INTEGER NOT NULL,
    created_at DATETIME NOT NULL,
    revoked_at DATETIME,
    CONSTRAINT invitations_meeting FOREIGN KEY (meeting_id) REFERENCES meetings (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX invitations_by_hash ON invitations (hash);
CREATE INDEX invitations_by_meeting ON invitations (meeting_id);

-- +goose Down
DROP TABLE invitations;
