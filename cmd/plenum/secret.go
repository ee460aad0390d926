package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/plenum-meet/plenum/api"
)

// secretBytes is the least that a secret may have, and what a generated one has.
const secretBytes = 32

// loadSecret gives the configured secret, or else the one kept in the data directory, which it makes at the first start.
// There is no default: two servers never share a secret by accident.
func loadSecret(configured, dataDir string) (api.Secret, error) {
	if configured != "" {
		if len(configured) < secretBytes {
			return nil, fmt.Errorf("the secret (--secret, PLENUM_SECRET) has %d bytes and needs at least %d; 'openssl rand -base64 48' makes a good one",
				len(configured), secretBytes)
		}
		return api.Secret(configured), nil
	}
	path := filepath.Join(dataDir, "secret")
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return makeSecret(path)
	}
	if err != nil {
		return nil, fmt.Errorf("the secret %s cannot be read: %w", path, reason(err))
	}
	secret := api.Secret(strings.TrimSpace(string(text)))
	if len(secret) < secretBytes {
		return nil, fmt.Errorf("the secret in %s has %d bytes and needs at least %d; remove the file to get a new one, which signs everybody out",
			path, len(secret), secretBytes)
	}
	return secret, nil
}

// previousSecrets are those given, as long as a secret has to be.
func previousSecrets(configured []string) ([]api.Secret, error) {
	var all []api.Secret
	for _, text := range configured {
		text = strings.TrimSpace(text)
		if text == "" {
			continue // the end of a file
		}
		if len(text) < secretBytes {
			return nil, fmt.Errorf("a secret before (--previous-secret, PLENUM_PREVIOUS_SECRET) has %d bytes; it cannot have been one with less than %d",
				len(text), secretBytes)
		}
		all = append(all, api.Secret(text))
	}
	return all, nil
}

// asBytes are secrets for packages that know no type of them.
func asBytes(secrets []api.Secret) [][]byte {
	all := make([][]byte, len(secrets))
	for i, s := range secrets {
		all[i] = s
	}
	return all
}

func makeSecret(path string) (api.Secret, error) {
	random := make([]byte, secretBytes)
	// crypto/rand does not fail: it ends the program where the system has no randomness.
	_, _ = rand.Read(random)
	text := base64.RawURLEncoding.EncodeToString(random)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err == nil {
		_, err = file.WriteString(text + "\n")
		err = errors.Join(err, file.Sync(), file.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("the secret %s cannot be written: %w", path, reason(err))
	}
	return api.Secret(text), nil
}

// reason drops the call and the path from an error of the os package: the sentence around it names the path.
func reason(err error) error {
	var path *fs.PathError
	if errors.As(err, &path) {
		return path.Err
	}
	return err
}
