package cluster

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// State is how a node is.
type State struct {
	Version  string `json:"version"`
	Draining bool   `json:"draining"`
	// Stress is the share of what the node should carry: 1 is full.
	Stress       float64 `json:"stress"`
	Rooms        int     `json:"rooms"`
	Participants int     `json:"participants"`
}

// Node is what a node tells the others.
type Node struct {
	ID string `json:"id"`
	// Address at which other nodes reach its [Link], as host:port; empty if it is alone.
	Address string `json:"address"`
	State
}

// Notice is what every node has to know at once.
type Notice struct {
	// SignedOut are families of sign-ins that have ended.
	SignedOut []string `json:"signedOut,omitempty"`
}

// Config of a node's part in the cluster.
type Config struct {
	// URL of NATS, several separated by commas. Empty starts one in this process: the node is alone.
	URL string
	// Credentials is a file with a user's JWT and key, CA one with the authorities of tls:// addresses (PEM). Either may be empty.
	Credentials, CA string
	// Dir is a directory of the NATS in this process; it stays empty but for folders.
	Dir string
	// Node names this process; no two have the same name, nor does one after a restart.
	Node string
	// Address as in [Node]. Required with a URL.
	Address string

	// State says how this node is, Live which meetings are alive here. Neither may block.
	State func() State
	Live  func() []string
	// Moved is told of a meeting that is alive here and has its home elsewhere now, so that it is let go. It must not block.
	Moved func(code string)
	// Told gets the notices of other nodes, one after the other.
	Told func(Notice)

	// Beat is how often the node tells of itself; another one that is silent for Silence is gone.
	Beat, Silence time.Duration
	// Renew is how often the records of live meetings are renewed, which last for Life: longer than it may take from a join to its
	// socket.
	Renew, Life time.Duration
	// Within is how long NATS may take to answer.
	Within time.Duration
}

// Default has the times of a cluster.
func Default(node string) Config {
	return Config{
		Node: node, Beat: time.Second, Silence: 4 * time.Second, Renew: 15 * time.Second, Life: 90 * time.Second, Within: 2 * time.Second,
	}
}

// Validate says what is wrong with the configuration.
func (c Config) Validate() error {
	switch {
	case c.Node == "":
		return errors.New("cluster: the node has no name")
	case c.State == nil || c.Live == nil || c.Moved == nil || c.Told == nil:
		return errors.New("cluster: a part is missing")
	case c.Beat <= 0 || c.Silence < 2*c.Beat || c.Renew <= 0 || c.Life < 2*c.Renew || c.Within <= 0:
		return fmt.Errorf("cluster: times %s, %s, %s, %s and %s do not fit", c.Beat, c.Silence, c.Renew, c.Life, c.Within)
	case c.URL == "" && c.Dir == "":
		return errors.New("cluster: NATS in process needs a directory")
	case c.URL == "":
		return nil
	}
	if _, _, err := net.SplitHostPort(c.Address); err != nil {
		return fmt.Errorf("cluster: the address for other nodes: %w", err)
	}
	return nil
}
