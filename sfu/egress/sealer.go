package egress

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/pion/rtp"
)

// What the key derivation is asked for (RFC 3711 §4.3.2).
const (
	labelEncryption = 0
	labelSalt       = 2
)

const nonceSize = 12

var errHeader = errors.New("what is to be encrypted has no whole RTP header")

// Sealer encrypts packets of RTP by AES-GCM (RFC 7714). It writes what pion's srtp.Context writes, and does nothing else:
// no header is parsed for more than its length, and a stream is found without a map. Its owner is a shard.
type Sealer struct {
	aead    cipher.AEAD
	salt    [nonceSize]byte
	nonce   [nonceSize]byte
	latest  int       // stream that was encrypted last: mostly the next one too
	streams []sealing // media and repairs of each slot
}

// sealing is what has to be known of one stream.
type sealing struct {
	ssrc   uint32
	newest int64 // packet index: rollovers and sequence number (RFC 3711 §3.3.1)
}

// NewSealer derives the session's key and salt from the master's (RFC 3711 §4.3), of 16 or 32 and of 12 bytes.
func NewSealer(masterKey, masterSalt []byte) (*Sealer, error) {
	if len(masterSalt) != nonceSize {
		return nil, fmt.Errorf("a master salt of %d bytes", len(masterSalt))
	}
	master, err := aes.NewCipher(masterKey)
	if err != nil {
		return nil, fmt.Errorf("derive the SRTP keys: %w", err)
	}
	key := derive(master, masterSalt, labelEncryption, len(masterKey))
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("derive the SRTP keys: %w", err)
	}
	s := &Sealer{}
	if s.aead, err = cipher.NewGCM(block); err != nil {
		return nil, fmt.Errorf("make the cipher for sending: %w", err)
	}
	copy(s.salt[:], derive(master, masterSalt, labelSalt, nonceSize))
	return s, nil
}

// derive is the pseudo-random function of RFC 3711 §4.3.3, for a key that is derived once.
func derive(master cipher.Block, salt []byte, label byte, size int) []byte {
	var in, out [aes.BlockSize]byte
	copy(in[:], salt)
	in[7] ^= label
	var derived []byte
	for i := uint16(0); len(derived) < size; i++ {
		binary.BigEndian.PutUint16(in[len(in)-2:], i)
		master.Encrypt(out[:], in[:])
		derived = append(derived, out[:]...)
	}
	return derived[:size]
}

// EncryptRTP implements Cipher.
func (s *Sealer) EncryptRTP(dst, plaintext []byte, _ *rtp.Header) ([]byte, error) {
	n, ok := headerOf(plaintext)
	if !ok {
		return nil, errHeader
	}
	ssrc := binary.BigEndian.Uint32(plaintext[8:])
	index := s.index(ssrc, binary.BigEndian.Uint16(plaintext[2:]))
	binary.BigEndian.PutUint16(s.nonce[:], 0)
	binary.BigEndian.PutUint32(s.nonce[2:], ssrc)
	binary.BigEndian.PutUint16(s.nonce[6:], uint16(index>>32)) //nolint:gosec // 48 bits
	binary.BigEndian.PutUint32(s.nonce[8:], uint32(index))     //nolint:gosec // the low bits
	for i := range s.nonce {
		s.nonce[i] ^= s.salt[i]
	}
	begin := len(dst)
	dst = append(dst, plaintext[:n]...)
	return s.aead.Seal(dst, s.nonce[:], plaintext[n:], dst[begin:]), nil
}

// headerOf is the size of a packet's header with sources and extensions, false if it is cut off.
func headerOf(packet []byte) (size int, ok bool) {
	if len(packet) < rtpHeader {
		return 0, false
	}
	size = rtpHeader + csrcSize*int(packet[0]&0x0f)
	if packet[0]&extensionBit != 0 {
		if len(packet) < size+4 {
			return 0, false
		}
		size += 4 + 4*int(binary.BigEndian.Uint16(packet[size+2:]))
	}
	return size, size <= len(packet)
}

// index is a packet's, as near to the newest of its stream as its number can be read.
func (s *Sealer) index(ssrc uint32, sequence uint16) int64 {
	at := s.stream(ssrc)
	if at == nil {
		s.latest = len(s.streams)
		s.streams = append(s.streams, sealing{ssrc: ssrc, newest: int64(sequence)})
		return int64(sequence)
	}
	index := at.newest + int64(int16(sequence-uint16(at.newest))) //nolint:gosec // cut
	if index < 0 {
		index += 1 << 16 // there is nothing before the first rollover
	}
	at.newest = max(at.newest, index)
	return index
}

func (s *Sealer) stream(ssrc uint32) *sealing {
	if s.latest < len(s.streams) && s.streams[s.latest].ssrc == ssrc {
		return &s.streams[s.latest]
	}
	for i := range s.streams {
		if s.streams[i].ssrc == ssrc {
			s.latest = i
			return &s.streams[i]
		}
	}
	return nil
}
