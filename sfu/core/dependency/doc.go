// Package dependency reads and writes the dependency descriptor, the RTP header extension by which a
// packet says which frame it belongs to, what that frame needs, and who may do without it
// (AV1 RTP specification, appendix A). It works for every codec, encrypted payloads included.
//
//	header extension ──Parse(raw, structure in force)──> Descriptor: frame number, layer, references, chains
//	                                                       │
//	slot's frame number and active decode targets ──Rewrite──> header extension
//
// Which frames to forward is package layer's business.
package dependency
