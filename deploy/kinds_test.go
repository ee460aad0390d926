package deploy

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// kinds are the fields of Kubernetes' types: by name of the type the type of each field.
type kinds map[string]map[string]string

func readKinds(t *testing.T) kinds {
	t.Helper()
	out := kinds{}
	for name, line := range parse(t, "kubernetes.yaml", read(t, "testdata/kubernetes.yaml")) {
		fields := map[string]string{}
		for field := range strings.SplitSeq(line.(string), ", ") {
			key, of, _ := strings.Cut(field, " ")
			fields[key] = of
		}
		out[name] = fields
	}
	return out
}

// wrong says what in an object Kubernetes does not know, or is of another type.
func (k kinds) wrong(object map[string]any) []string {
	name := fmt.Sprintf("%v %v", object["apiVersion"], object["kind"])
	for of := range k[name] {
		return k.check("", of, object)
	}
	return []string{"there is no " + name}
}

var quantity = regexp.MustCompile(`^[0-9]+(\.[0-9]+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$`)

func (k kinds) check(where, of string, value any) (wrong []string) {
	_, isText := value.(string)
	_, isNumber := value.(int)
	var fits bool
	switch {
	case value == nil:
		return []string{where + " is empty"}
	case of == "string":
		fits = isText
	case of == "int":
		fits = isNumber
	case of == "int-or-string":
		fits = isNumber || isText
	case of == "quantity":
		fits = isNumber || isText && quantity.MatchString(value.(string))
	case of == "bool":
		_, fits = value.(bool)
	case strings.HasPrefix(of, "[]"):
		all, ok := value.([]any)
		fits = ok
		for i, one := range all {
			wrong = append(wrong, k.check(where+"["+strconv.Itoa(i)+"]", of[2:], one)...)
		}
	case strings.HasPrefix(of, "map "):
		all, ok := value.(map[string]any)
		fits = ok
		for _, key := range slices.Sorted(maps.Keys(all)) {
			wrong = append(wrong, k.check(where+"."+key, of[len("map "):], all[key])...)
		}
	default:
		all, ok := value.(map[string]any)
		fits = ok && k[of] != nil
		for _, key := range slices.Sorted(maps.Keys(all)) {
			field, known := k[of][key]
			if !known {
				wrong = append(wrong, fmt.Sprintf("%s.%s is no field of %s", where, key, of))
				continue
			}
			wrong = append(wrong, k.check(where+"."+key, field, all[key])...)
		}
	}
	if !fits {
		wrong = append(wrong, fmt.Sprintf("%s is %v, which is no %s", where, value, of))
	}
	return wrong
}

// What the check looks for, it finds.
func TestWhatKubernetesDoesNotKnowIsFound(t *testing.T) {
	k := readKinds(t)
	for text, want := range map[string]string{
		"{apiVersion: v1, kind: Service, spec: {ports: [{port: 80, targetPort: http}]}}":                                                     "",
		"{apiVersion: v1, kind: Service, spec: {ports: [{prot: 80}]}}":                                                                       ".spec.ports[0].prot is no field",
		"{apiVersion: v1, kind: Service, spec: {ports: [{port: '80'}]}}":                                                                     ".spec.ports[0].port is 80, which is no int",
		"{apiVersion: v1, kind: Service, spec: {ports: {port: 80}}}":                                                                         "which is no []core.ServicePort",
		"{apiVersion: v1, kind: Service, spec: {selector: {a: true}}}":                                                                       ".spec.selector.a is true",
		"{apiVersion: v1, kind: Service, spec: }":                                                                                            ".spec is empty",
		"{apiVersion: autoscaling/v1, kind: HorizontalPodAutoscaler}":                                                                        "there is no autoscaling/v1",
		"{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, spec: {metrics: [{type: Pods, pods: {target: {averageValue: much}}}]}}": "averageValue is much",
	} {
		wrong := k.wrong(parse(t, text, text))
		switch {
		case want == "" && len(wrong) > 0:
			t.Errorf("%s: found %q", text, wrong)
		case want != "" && (len(wrong) != 1 || !strings.Contains(wrong[0], want)):
			t.Errorf("%s: found %q, want %q", text, wrong, want)
		}
	}
}
