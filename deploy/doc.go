// Package deploy is what stands around the server: image, compose file, chart, unit, samples for proxies, and the operator's
// guide. It has no code of its own; its tests hold the files against the server, so that none names what is not there.
//
//	docker/ compose/ helm/ systemd/ proxy/ coturn/ docs/
//	        │ options, variables, paths, ports
//	        v
//	docs/configuration.md   api/openapi.yaml   cmd/plenum
package deploy
