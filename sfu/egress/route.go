package egress

import (
	"net/netip"
	"sync/atomic"

	"github.com/pion/rtp"
)

// Cipher encrypts packets of RTP (RFC 3711). dst and plaintext may begin at the same place. header is room to work in.
type Cipher interface {
	EncryptRTP(dst, plaintext []byte, header *rtp.Header) ([]byte, error)
}

// Route is the way of a peer's media past pion: its shard encrypts, and sends in batches of the socket. Whoever has one
// has it from the first packet on, since AES-GCM must not see a number from two ciphers.
type Route struct {
	cipher Cipher
	path   atomic.Pointer[path]
}

// path is where a route leads at present.
type path struct {
	socket *Socket
	to     netip.AddrPort
}

// NewRoute leads nowhere at first: what is sent is dropped until it is moved.
func NewRoute(cipher Cipher) *Route { return &Route{cipher: cipher} }

// Move sends by another socket and to another address from now on. For any goroutine.
func (r *Route) Move(socket *Socket, to netip.AddrPort) { r.path.Store(&path{socket: socket, to: to}) }

// Stop drops what is sent from now on. For any goroutine.
func (r *Route) Stop() { r.path.Store(nil) }
