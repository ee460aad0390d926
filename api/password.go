package api

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/crypto/argon2"
)

const (
	saltSize = 16
	hashSize = 32
	// What a stored hash may ask for at most, so that a bad row cannot take the machine.
	mostHashMemory = 1 << 20 // KiB
	mostHashPasses = 16
)

var errBadHash = errors.New("not an argon2id hash")

// HashPassword makes the PHC string of a password: $argon2id$v=19$m=…,t=…,p=1$salt$hash.
func HashPassword(cfg Hashing, password string) (string, error) {
	salt := make([]byte, saltSize)
	if _, err := rand.Read(salt); err != nil {
		return "", fmt.Errorf("salting a password: %w", err)
	}
	hash := argon2.IDKey([]byte(password), salt, cfg.Passes, cfg.Memory, 1, hashSize)
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=1$%s$%s", argon2.Version, cfg.Memory, cfg.Passes,
		base64.RawStdEncoding.EncodeToString(salt), base64.RawStdEncoding.EncodeToString(hash)), nil
}

// phc is a stored hash taken apart.
type phc struct {
	memory, passes uint32
	threads        uint8
	salt, hash     []byte
}

func parsePHC(s string) (phc, error) {
	var p phc
	var version int
	parts := strings.Split(s, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" {
		return p, errBadHash
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, errBadHash
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.threads); err != nil {
		return p, errBadHash
	}
	var err error
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, errBadHash
	}
	if p.hash, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil {
		return p, errBadHash
	}
	if p.memory == 0 || p.memory > mostHashMemory || p.passes == 0 || p.passes > mostHashPasses ||
		p.threads == 0 || len(p.salt) < 8 || len(p.hash) < 16 {
		return p, errBadHash
	}
	return p, nil
}

func (p phc) matches(password string) bool {
	got := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.threads, uint32(len(p.hash)))
	return subtle.ConstantTimeCompare(got, p.hash) == 1
}

// hasher hashes passwords with a bounded share of the machine: so many at once, so many waiting.
type hasher struct {
	cfg     Hashing
	workers chan struct{}
	waiting atomic.Int64
	nobody  phc // what the password for an unknown account is compared with
}

func newHasher(cfg Hashing) *hasher {
	return &hasher{
		cfg:     cfg,
		workers: make(chan struct{}, cfg.Workers),
		nobody:  phc{memory: cfg.Memory, passes: cfg.Passes, threads: 1, salt: make([]byte, saltSize), hash: make([]byte, hashSize)},
	}
}

// acquire waits for a worker. Release it with the function returned.
func (h *hasher) acquire(ctx context.Context) (func(), error) {
	release := func() { <-h.workers }
	select {
	case h.workers <- struct{}{}:
		return release, nil
	default:
	}
	if h.waiting.Add(1) > int64(h.cfg.Queue) {
		h.waiting.Add(-1)
		return nil, errBusy
	}
	defer h.waiting.Add(-1)
	timer := time.NewTimer(h.cfg.Wait)
	defer timer.Stop()
	select {
	case h.workers <- struct{}{}:
		return release, nil
	case <-timer.C:
		return nil, errBusy
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	release, err := h.acquire(ctx)
	if err != nil {
		return "", err
	}
	defer release()
	return HashPassword(h.cfg, password)
}

// verify compares a password with a stored hash; an empty one, for an account that does not exist, takes as
// long and never matches. turn is asked once a worker is there: while waiting, others may have used up the limit.
// stale says that the hash was made with other parameters than today's.
func (h *hasher) verify(ctx context.Context, stored, password string, turn func() error) (ok, stale bool, err error) {
	p := h.nobody
	if stored != "" {
		if p, err = parsePHC(stored); err != nil {
			return false, false, fmt.Errorf("reading a password hash: %w", err)
		}
	}
	release, err := h.acquire(ctx)
	if err != nil {
		return false, false, err
	}
	defer release()
	if err := turn(); err != nil {
		return false, false, err
	}
	ok = p.matches(password) && stored != ""
	stale = p.memory != h.cfg.Memory || p.passes != h.cfg.Passes || p.threads != 1
	return ok, stale, nil
}
