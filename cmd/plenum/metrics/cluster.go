package metrics

// clusterFamilies say whether the nodes of a cluster know of one another. A node without others is a cluster of one.
var clusterFamilies = []family{
	{
		name: "plenum_cluster_nodes", kind: gauge, help: "Nodes that this one knows to be alive, itself too. All nodes should say the same.",
		read: func(s *state, put put) { put(float64(s.nodes)) },
	},
	{
		name: "plenum_cluster_connected", kind: gauge,
		help: "1 while NATS can be reached, else 0: meetings go on and are found where they were, and none begins.",
		read: func(s *state, put put) { put(yes(s.connected)) },
	},
}
