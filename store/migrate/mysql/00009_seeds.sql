-- +goose Up
CREATE TABLE seeds (
    version INT NOT NULL PRIMARY KEY,
    planted_at DATETIME(6) NOT NULL
) ENGINE = InnoDB DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- +goose Down
DROP TABLE seeds;
