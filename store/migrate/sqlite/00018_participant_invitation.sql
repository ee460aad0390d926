-- +goose Up
ALTER TABLE participants ADD COLUMN invitation_id TEXT CHECK (length(invitation_id) <= 26) REFERENCES invitations (id) ON DELETE SET NULL;
CREATE INDEX participants_by_invitation ON participants (invitation_id);

-- +goose Down
DROP INDEX participants_by_invitation;
ALTER TABLE participants DROP COLUMN invitation_id;
