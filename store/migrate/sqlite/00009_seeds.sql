-- +goose Up
CREATE TABLE seeds (
    version INTEGER NOT NULL PRIMARY KEY,
    planted_at DATETIME NOT NULL
);

-- +goose Down
DROP TABLE seeds;
