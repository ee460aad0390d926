// Package docs makes a page for people of an OpenAPI description, which browsers show without the network and under a strict
// content policy: there is no script in it, and its one style sheet is known by its digest.
//
//	openapi.yaml ── parse ── calls by tag ── page.html ──> HTML
//	                 │           └─ the fields of a body, its references followed; an example for curl
//	                 └─ in the order of the file
//
// What the description says is package api's business.
package docs
