// Package speaker ranks the voices of one room.
//
//	levels, 20 a second ──> Ranking ──Tick──> Loudest (who gets audio slots)
//	                                          Speakers (dominant first), Speaking (heard now)
//
// It knows publications and participants by name only; who hears whom is assign's business.
package speaker
