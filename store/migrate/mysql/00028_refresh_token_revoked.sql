-- +goose Up
ALTER TABLE refresh_tokens ADD KEY refresh_tokens_by_revoked_at (revoked_at);

-- +goose Down
ALTER TABLE refresh_tokens DROP KEY refresh_tokens_by_revoked_at;
