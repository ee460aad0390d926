-- +goose Up
CREATE TABLE meetings (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    code TEXT NOT NULL CHECK (length(code) <= 32),
    title TEXT NOT NULL CHECK (length(title) <= 200),
    host_id TEXT NOT NULL CHECK (length(host_id) <= 26),
    guests_allowed BOOLEAN NOT NULL,
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL,
    ended_at DATETIME,
    deleted_at DATETIME,
    CONSTRAINT meetings_host FOREIGN KEY (host_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX meetings_by_code ON meetings (code);
CREATE INDEX meetings_by_host ON meetings (host_id);
CREATE INDEX meetings_by_created_at ON meetings (created_at);

-- +goose Down
DROP TABLE meetings;
