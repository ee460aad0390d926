package estimate

const (
	repairUsual = 0.15
	repairLoss  = 0.1 // up to which the usual share serves
	repairMost  = 0.5
)

// RepairShare is the share of the estimate that resends may take. Loss without a queue is
// the link's, and what is lost has to go twice or more; where packets queue, resends would
// feed the congestion.
func RepairShare(loss float64, queueing bool) float64 {
	if queueing || loss <= repairLoss {
		return repairUsual
	}
	return min(max(repairUsual, 1.5*loss/(1-min(loss, 0.9))), repairMost)
}
