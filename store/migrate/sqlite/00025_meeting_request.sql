-- +goose Up
ALTER TABLE meetings ADD COLUMN request TEXT CHECK (length(request) <= 64);
CREATE UNIQUE INDEX meetings_by_request ON meetings (host_id, request);

-- +goose Down
DROP INDEX meetings_by_request;
ALTER TABLE meetings DROP COLUMN request;
