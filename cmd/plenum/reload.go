package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"reflect"
	"slices"

	"github.com/alecthomas/kong"

	"github.com/plenum-meet/plenum/api"
	"github.com/plenum-meet/plenum/signaling"
)

// rereading gives the options anew: the same command line, over what the environment, its files and the configuration file say now.
type rereading func() (serveCommand, error)

// reading makes a rereading of a command line.
func reading(args []string) rereading {
	return func() (serveCommand, error) {
		from, grammar := new(sources), new(cli)
		parser, err := newParserOf(grammar, terminal{}, from)
		if err != nil {
			return serveCommand{}, err
		}
		if _, err := parser.Parse(args); err != nil {
			return serveCommand{}, err
		}
		return grammar.Serve, from.err
	}
}

// options by which a running server can be changed. All others take a restart.
var adjustable = []string{
	"log-level", "guest-joins", "registrations", "max-participants", "max-meetings", "max-connections", "resume-window",
	"origin", "trusted-proxy", "turn-quota", "turn-rate", "turn-secret", "drain-wait", "database", "database-password", "database-ca",
}

// reload takes over what has changed of the options, as far as that can be done to a running server, and says what cannot.
// If anything is wrong with them nothing changes.
func (n *node) reload() api.Reloaded {
	n.reloading.Lock()
	defer n.reloading.Unlock()
	came, err := n.readAgain()
	if err != nil {
		n.log.Error("the configuration is wrong: nothing has changed", "error", err)
		return api.Reloaded{Changed: []string{}, Restart: []string{}, Wrong: err.Error()}
	}
	n.log.Info("the configuration was read again", "changed", came.Changed)
	if len(came.Restart) > 0 {
		n.log.Warn("the rest needs a restart", "options", came.Restart)
	}
	return came
}

func (n *node) readAgain() (api.Reloaded, error) {
	came := api.Reloaded{Changed: []string{}, Restart: []string{}}
	if n.cfg.reread == nil {
		return came, errors.New("this server was started without a way to read its options again")
	}
	next, err := n.cfg.reread()
	if err != nil {
		return came, err
	}
	if err := next.validate(); err != nil {
		return came, err
	}
	holds := n.holds.Load().copied()
	have, want := optionsOf(holds), optionsOf(&next)
	for _, name := range slices.Sorted(maps.Keys(want)) {
		switch {
		case reflect.DeepEqual(have[name].Interface(), want[name].Interface()):
		case !slices.Contains(adjustable, name) || !n.adjustableHere(name, holds, &next):
			came.Restart = append(came.Restart, name)
		default:
			have[name].Set(want[name])
			came.Changed = append(came.Changed, name)
		}
	}
	return came, n.adjust(holds)
}

// adjustableHere knows the exceptions: what this server does without cannot begin now.
func (n *node) adjustableHere(name string, holds, next *serveCommand) bool {
	switch name {
	case "turn-quota", "turn-rate":
		return n.relay != nil
	case "turn-secret":
		return len(holds.TURN.TurnURL) > 0
	case "database":
		return holds.Storage.samePlace(next.Storage)
	case "database-ca":
		return holds.Storage.DatabaseCA != "" && next.Storage.DatabaseCA != ""
	}
	return true
}

// adjust has the parts of the node work by other options. Whatever may be wrong is found before anything is changed.
func (n *node) adjust(c *serveCommand) error {
	origins, err := c.origins(netip.MustParseAddrPort(n.public.String()))
	if err != nil {
		return err
	}
	rest := c.adjustableREST(n.rest.Adjusted())
	if err := n.rest.CheckAdjustable(rest); err != nil {
		return err
	}
	if err := n.signals.Adjust(c.adjustableSignals(origins)); err != nil {
		return err
	}
	if err := n.rest.Adjust(rest); err != nil {
		return err
	}
	if n.relay != nil {
		if err := n.relay.Adjust(c.TURN.adjustable()); err != nil {
			return err
		}
	}
	if before := n.holds.Load(); n.level != nil && before.Log.LogLevel != c.Log.LogLevel {
		n.level.Set(c.Log.level(usualLevel))
	}
	n.holds.Store(c)
	return nil
}

func (c *serveCommand) adjustableREST(a api.Adjustable) api.Adjustable {
	a.Origins, a.TrustedProxies = c.Origin, c.TrustedProxy
	rates := c.rates(api.Default().Limits)
	a.GuestJoinsPerAddress, a.RegisterPerAddress = rates.GuestJoinsPerAddress, rates.RegisterPerAddress
	return a
}

func (c *serveCommand) adjustableSignals(origins []string) signaling.Adjustable {
	usual := signaling.Default("")
	return signaling.Adjustable{
		Origins: origins, ResumeFor: c.ResumeWindow,
		MaxSockets:      cmp.Or(c.Limits.MaxConnections, usual.MaxSockets),
		MaxRooms:        cmp.Or(c.Limits.MaxMeetings, usual.MaxRooms),
		MaxParticipants: cmp.Or(c.Limits.MaxParticipants, usual.Room.MaxParticipants),
	}
}

// copied shares nothing with the original that is written to.
func (c *serveCommand) copied() *serveCommand {
	other := *c
	return &other
}

// optionsOf are the fields of the options, by name.
func optionsOf(c *serveCommand) map[string]reflect.Value {
	model, err := kong.New(c, kong.DefaultEnvars("PLENUM"))
	if err != nil {
		panic(fmt.Sprintf("the options do not make a command line: %v", err)) // as at every start
	}
	fields := map[string]reflect.Value{}
	for _, flag := range options(model.Model.Flags) {
		fields[flag.Name] = flag.Target
	}
	return fields
}

// renewed gives the address of the database as it is now, for each new connection; nil where options cannot be read again.
func (c serveCommand) renewed() func() (string, error) {
	if c.reread == nil {
		return nil
	}
	return func() (string, error) {
		next, err := c.reread()
		return next.Storage.config().DSN, err
	}
}
