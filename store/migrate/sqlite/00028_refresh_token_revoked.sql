-- +goose Up
CREATE INDEX refresh_tokens_by_revoked_at ON refresh_tokens (revoked_at);

-- +goose Down
DROP INDEX refresh_tokens_by_revoked_at;
