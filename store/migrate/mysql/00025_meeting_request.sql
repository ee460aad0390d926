-- +goose Up
ALTER TABLE meetings
    ADD COLUMN request VARCHAR(64),
    ADD UNIQUE KEY meetings_by_request (host_id, request);

-- +goose Down
ALTER TABLE meetings DROP KEY meetings_by_request, DROP COLUMN request;
