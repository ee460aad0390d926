-- +goose Up
CREATE TABLE refresh_tokens (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    family_id TEXT NOT NULL CHECK (length(family_id) <= 26),
    user_id TEXT NOT NULL CHECK (length(user_id) <= 26),
    parent_id TEXT CHECK (length(parent_id) <= 26),
    hash BLOB NOT NULL CHECK (length(hash) <= 64),
    issued_at DATETIME NOT NULL,
    idle_expires_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    used_at DATETIME,
    revoked_at DATETIME,
    user_agent TEXT NOT NULL CHECK (length(user_agent) <= 255),
    address TEXT NOT NULL CHECK (length(address) <= 64),
    CONSTRAINT refresh_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX refresh_tokens_by_hash ON refresh_tokens (hash);
CREATE UNIQUE INDEX refresh_tokens_by_parent ON refresh_tokens (parent_id);
CREATE INDEX refresh_tokens_by_family ON refresh_tokens (family_id);
CREATE INDEX refresh_tokens_by_user ON refresh_tokens (user_id);
CREATE INDEX refresh_tokens_by_expires_at ON refresh_tokens (expires_at);

-- +goose Down
DROP TABLE refresh_tokens;
