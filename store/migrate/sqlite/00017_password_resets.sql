-- +goose Up
CREATE TABLE password_resets (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    user_id TEXT NOT NULL CHECK (length(user_id) <= 26),
    hash BLOB NOT NULL CHECK (length(hash) <= 64),
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    used_at DATETIME,
    CONSTRAINT password_resets_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX password_resets_by_hash ON password_resets (hash);
CREATE INDEX password_resets_by_user ON password_resets (user_id);

-- +goose Down
DROP TABLE password_resets;
