-- +goose Up
CREATE TABLE users (
    id TEXT NOT NULL PRIMARY KEY CHECK (length(id) <= 26),
    email TEXT NOT NULL CHECK (length(email) <= 254),
    name TEXT NOT NULL CHECK (length(name) <= 100),
    password_hash TEXT NOT NULL CHECK (length(password_hash) <= 255),
    created_at DATETIME NOT NULL,
    updated_at DATETIME NOT NULL
);
CREATE UNIQUE INDEX users_by_email ON users (email);
CREATE INDEX users_by_created_at ON users (created_at);

-- +goose Down
DROP TABLE users;
