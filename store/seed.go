package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Demo data that Seed plants. The password is public, so Seed is for trying things out.
const (
	seedPassword    = "plenum-demo-1"
	seedMeetingCode = "dem0p-1en0m"
)

// seedPlanted is a row of the table seeds: a version of the demo data that is in the database.
type seedPlanted struct {
	Version   int
	PlantedAt time.Time
}

// TableName tells GORM where the rows are.
func (seedPlanted) TableName() string { return "seeds" }

// SeedResult says what Seed has done.
type SeedResult struct {
	Planted     []int // versions planted by this call, empty if all were there
	Users       []User
	Password    string // of each of the users
	MeetingCode string
}

// seedVersion is one step of the demo data. A step is never changed once released; a new one follows it.
type seedVersion struct {
	version int
	plant   func(ctx context.Context, tx *Store, hash string, now time.Time) error
}

func seedVersions() []seedVersion {
	return []seedVersion{{version: 1, plant: plantPeopleAndMeeting}}
}

// Seed plants the versions of the demo data that are missing, each in one transaction. hash turns a password into what User.PasswordHash holds.
func Seed(ctx context.Context, s *Store, hash func(string) (string, error)) (SeedResult, error) {
	result := SeedResult{Password: seedPassword, MeetingCode: seedMeetingCode}
	// Outside the transaction: it is slow by intent.
	hashed, err := hash(seedPassword)
	if err != nil {
		return SeedResult{}, fmt.Errorf("seed: hashing the password: %w", err)
	}
	for _, v := range seedVersions() {
		planted, err := s.plant(ctx, v, hashed)
		if err != nil {
			return SeedResult{}, fmt.Errorf("seed version %d: %w", v.version, err)
		}
		if planted {
			result.Planted = append(result.Planted, v.version)
		}
	}
	for _, person := range seedPeople() {
		u, err := s.UserByEmail(ctx, person.Email)
		if errors.Is(err, ErrNotFound) {
			continue // removed since
		}
		if err != nil {
			return SeedResult{}, fmt.Errorf("seed: %w", err)
		}
		result.Users = append(result.Users, u)
	}
	return result, nil
}

func (s *Store) plant(ctx context.Context, v seedVersion, hash string) (planted bool, err error) {
	err = s.InTx(ctx, func(tx *Store) error {
		now := stamp(time.Time{})
		// The row comes first: another node that seeds waits for it, then finds it.
		err := tx.run(ctx, "note seed", func(ctx context.Context) error {
			return gorm.G[seedPlanted](tx.db).Create(ctx, &seedPlanted{Version: v.version, PlantedAt: now})
		})
		planted = err == nil
		if errors.Is(err, ErrTaken) {
			return nil
		}
		if err != nil {
			return err
		}
		return v.plant(ctx, tx, hash, now)
	})
	return planted && err == nil, err
}

func seedPeople() []User {
	return []User{
		{Email: "ada@plenum.example", Name: "Ada Lovelace"},
		{Email: "grace@plenum.example", Name: "Grace Hopper"},
		{Email: "alan@plenum.example", Name: "Alan Turing"},
	}
}

func plantPeopleAndMeeting(ctx context.Context, tx *Store, hash string, now time.Time) error {
	var host string
	for _, person := range seedPeople() {
		u, err := tx.UserByEmail(ctx, person.Email)
		if errors.Is(err, ErrNotFound) {
			u = person
			u.PasswordHash, u.CreatedAt = hash, now
			err = tx.CreateUser(ctx, &u)
		}
		if err != nil {
			return err
		}
		if host == "" {
			host = u.ID
		}
	}
	return tx.CreateMeeting(ctx, &Meeting{Code: seedMeetingCode, Title: "Plenum demo", HostID: host, GuestsAllowed: true, CreatedAt: now})
}
