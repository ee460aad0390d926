package main

import (
	"errors"
	"fmt"

	"github.com/plenum-meet/plenum/api"
)

// limitOptions bound what strangers and accounts may take of a server.
type limitOptions struct {
	Registrations   int `default:"5" placeholder:"N" help:"Accounts that may be made from one address in an hour. Default: ${default}."`
	MaxParticipants int `default:"2000" placeholder:"N" help:"People in one meeting. Default: ${default}."`
	MaxMeetings     int `default:"10000" placeholder:"N" help:"Meetings with people in them at a time. Default: ${default}."`
	MaxConnections  int `default:"10000" placeholder:"N" help:"WebSockets at a time, one for each participant. Default: ${default}."`
}

func (o limitOptions) validate() error {
	var errs []error
	for _, limit := range []struct {
		option string
		n      int
	}{
		{"registrations", o.Registrations},
		{"max-participants", o.MaxParticipants},
		{"max-meetings", o.MaxMeetings},
		{"max-connections", o.MaxConnections},
	} {
		if limit.n < 1 {
			errs = append(errs, fmt.Errorf("--%s %d lets nobody in: at least 1", limit.option, limit.n))
		}
	}
	return errors.Join(errs...)
}

// rates are the limits of the API with what was given.
func (c serveCommand) rates(usual api.Limits) api.Limits {
	if c.GuestJoins != 0 {
		usual.GuestJoinsPerAddress = api.GuestJoins(c.GuestJoins)
	}
	if c.Limits.Registrations != 0 {
		usual.RegisterPerAddress = api.Registrations(c.Limits.Registrations)
	}
	return usual
}
