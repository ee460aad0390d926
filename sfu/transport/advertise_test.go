package transport

import (
	"net/netip"
	"strings"
	"testing"
)

func TestWhatIsAdvertisedIsTheOnlyWay(t *testing.T) {
	bridge := netip.MustParseAddrPort("127.0.0.1:7892")
	here := []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	for _, c := range []struct {
		config Config
		fault  string
	}{
		{Config{Advertise: bridge}, ""},
		{Config{Advertise: bridge, Addresses: here}, ""},
		{Config{Advertise: bridge, TCP: true}, "TCP would go around"},
		{Config{Advertise: bridge, Public: here}, "no public address"},
		{Config{Advertise: netip.MustParseAddrPort("127.0.0.1:0")}, "can reach"},
		{Config{Advertise: netip.MustParseAddrPort("0.0.0.0:7892")}, "can reach"},
	} {
		err := c.config.Validate()
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%+v gives %v, want %q", c.config, err, c.fault)
		}
	}
}
