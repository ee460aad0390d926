// Package assign decides which publication each slot of one peer shows.
//
//	slots, wishes, what they show ──┐
//	publications of the room     ───┼──> Assign ──> slot ──> publication
//	loudest voices, speakers     ──┘
package assign
