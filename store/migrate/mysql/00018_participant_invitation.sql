-- +goose Up
ALTER TABLE participants
    ADD COLUMN invitation_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
    ADD KEY participants_by_invitation (invitation_id),
    ADD CONSTRAINT participants_invitation FOREIGN KEY (invitation_id) REFERENCES invitations (id) ON DELETE SET NULL;

-- +goose Down
ALTER TABLE participants
    DROP FOREIGN KEY participants_invitation,
    DROP KEY participants_by_invitation,
    DROP COLUMN invitation_id;
