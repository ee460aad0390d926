-- +goose Up
CREATE TABLE api_keys (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    name TEXT NOT NULL CHECK (length(name) <= 64),
    prefix TEXT NOT NULL CHECK (length(prefix) <= 16),
    hash BLOB NOT NULL CHECK (length(hash) <= 64),
    scopes TEXT NOT NULL CHECK (length(scopes) <= 500),
    creator TEXT NOT NULL CHECK (length(creator) <= 64),
    created_at DATETIME NOT NULL,
    expires_at DATETIME,
    revoked_at DATETIME,
    last_used_at DATETIME
);
CREATE UNIQUE INDEX api_keys_by_hash ON api_keys (hash);

-- +goose Down
DROP TABLE api_keys;
