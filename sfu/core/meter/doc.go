// Package meter measures what a publisher sends: how much each layer costs, how many pictures it has, and whether it
// flows.
//
//	packets of one feed ──> Meter ──> Rate, FPS by layer: what a viewer of that layer is sent
//	                    └─> Activity (one per layer) ──> Active: may be chosen
//
// It measures on arrival and keeps the latest value of a layer that stopped: that is what the layer will cost when it
// comes back. What to do about it is package allocate's business.
package meter
